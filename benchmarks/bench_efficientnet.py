"""The offline labeller's network against PyTorch on the same weights: logits, time an image, first use, memory.

    python benchmarks/bench_efficientnet.py --against torch --images photos/ --json result.json

The images are those of scikit-learn and scikit-image, those of --images (a folder), and as many random ones.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import arguments, in_turn, parse, report, timed

parser = arguments(__doc__.split("\n")[0], ["torch"])
parser.add_argument("--images", metavar="DIR", help="a folder of photos of your own besides")
args = parse(parser)

import numpy as np

from instahash.annotate import OfflineAnnotator, annotate, find_photos
from instahash.annotate.efficientnet import EfficientNet, read_checkpoint
from instahash.annotate.images import square
from instahash.annotate.offline import packaged_weights
from instahash.errors import ImageError
from instahash.threads import Threads


def photographs():
    """(n, 224, 224, 3) uint8 of real photos."""
    folders = [args.images] if args.images else []
    for package in ("sklearn.datasets.images", "skimage.data"):
        try:
            folders += __import__(package, fromlist=["_"]).__path__
        except ImportError:
            continue
    for photo in find_photos(map(Path, folders)):
        try:
            yield square(photo.read())
        except ImageError as error:
            print(photo.id, error)


photos = list(photographs())
if not photos:
    sys.exit("bench_efficientnet: there is no photo; install scikit-learn or scikit-image, or give --images a folder")
real = np.stack(photos)
images = np.concatenate([real, np.random.default_rng(args.seed).integers(0, 256, real.shape, dtype=np.uint8)])
figures = {"n_real_images": len(real)}

FIRST = """
import resource, sys, time
began = time.perf_counter()
from instahash.annotate import OfflineAnnotator
annotator = OfflineAnnotator()
content = open(sys.argv[1], "rb").read()
list(annotator.label([annotator.prepare(content)]))
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
with tempfile.TemporaryDirectory() as folder:
    from PIL import Image

    photo = os.path.join(folder, "12-megapixels.jpg")
    Image.fromarray(np.resize(real[0], (3000, 4000, 3))).save(photo)
    environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
    for name in ("first_use_with_compiling", "first_use_compiled_before"):
        command = [sys.executable, "-c", FIRST, photo]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        seconds, peak = map(float, answer.stdout.split())
        figures |= {f"seconds_{name}": seconds, f"peak_mb_{name}": peak}
    copies = [(str(i), Path(photo).read_bytes() + bytes([i])) for i in range(16)]
    annotator = OfflineAnnotator(n_threads=args.threads)
    seconds = in_turn(args.repeat, ours=lambda: list(annotate(copies, annotator)))["ours"]
    figures["ms_a_12_megapixel_jpeg"] = 1e3 * seconds / len(copies)

network = EfficientNet(read_checkpoint(packaged_weights()))
chunk = images[: 20 * args.threads]


def ours():
    with Threads(args.threads, blas=False) as threads:
        threads.rows(len(chunk), lambda part: network.logits(network.features(chunk[part])))


works = {"ours": ours}
if args.against == "torch":
    import torch
    from efficientnet_lite_pytorch import EfficientNet as Peer

    torch.set_num_threads(args.threads)
    peer = Peer.from_name("efficientnet-lite0")
    peer.load_state_dict(torch.load(packaged_weights(), weights_only=True))
    peer.eval()
    scaled = torch.from_numpy((images.astype(np.float32) - 127) / 128).permute(0, 3, 1, 2)
    layouts = {
        "torch": scaled.contiguous(),
        "torch_channels_last": scaled.contiguous(memory_format=torch.channels_last),
    }

    def theirs(pixels, size):
        with torch.inference_mode():
            for start in range(0, len(chunk), size):
                peer(pixels[start : min(len(chunk), start + size)])

    for name, pixels in layouts.items():
        for size in (1, 8):
            works[f"{name}_batch_{size}"] = lambda pixels=pixels, size=size: theirs(pixels, size)
    with torch.inference_mode():
        expected = torch.cat([peer(layouts["torch"][i : i + 8]) for i in range(0, len(images), 8)]).numpy()
    logits = network.logits(network.features(images))
    figures["largest_logit"] = float(np.abs(expected).max())
    figures["largest_difference_of_logits_in_millionths"] = 1e6 * float(np.abs(logits - expected).max())
for work in works.values():
    work()
for name, seconds in in_turn(args.repeat, **works).items():
    figures[f"ms_an_image_{name}"] = 1e3 * seconds / len(chunk)

A = np.ones((1024, 1024), np.float32)
product = min(timed(lambda: A @ A)[0] for _ in range(20))
n_products = 385_000_000  # multiplications an image, stem to classes
figures["ms_an_image_at_peak_of_matrix_products"] = 1e3 * n_products / (1024**3 / product)
report(args, figures)
