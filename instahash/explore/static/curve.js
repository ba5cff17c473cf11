// The loss of each step that is computed, with what is seen marked in it.

const SPACE = { left: 40, right: 8, top: 8, bottom: 18 };

/** The canvas as wide as its element, in its pixels; null where it is not seen. */
export function sized(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return null;
  const [w, h] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Colours of the style sheet by name; they are read again when the scheme is another. */
let scheme = null;
let colours = {};
export function colour(name) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (dark !== scheme) [scheme, colours] = [dark, {}];
  return (colours[name] ??= getComputedStyle(document.documentElement).getPropertyValue(`--${name}`));
}

/** steps : how many the curve has space for. */
export function drawCurve(canvas, frames, at, steps) {
  const drawing = sized(canvas);
  if (!drawing) return;
  const { context, width, height } = drawing;
  // A loss that runs away leaves through the top.
  const losses = frames.map((frame) => frame.loss);
  const most = Math.min(Math.max(...losses), 3 * losses[0]);
  const least = Math.min(...losses, 0.95 * most);
  const x = (step) => SPACE.left + (step / steps) * (width - SPACE.left - SPACE.right);
  const y = (loss) => SPACE.top + ((most - Math.min(loss, most + most - least)) / (most - least || 1)) * (height - SPACE.top - SPACE.bottom);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  Object.assign(context, { lineWidth: 1, strokeStyle: colour("rule"), fillStyle: colour("quiet"), textBaseline: "middle" });
  for (const part of [0, 0.5, 1]) {
    const level = least + part * (most - least);
    line(context, [SPACE.left, y(level)], [width - SPACE.right, y(level)]);
    context.textAlign = "right";
    context.fillText(level < 100 ? level.toFixed(2) : level.toExponential(0), SPACE.left - 5, y(level));
  }
  context.textBaseline = "alphabetic";
  context.fillText(`${steps}`, width - SPACE.right, height - 4);
  context.textAlign = "left";
  context.fillText("step 0", SPACE.left, height - 4);
  context.save();
  context.beginPath();
  context.rect(SPACE.left - 4, 0, width, height);
  context.clip();
  const every = Math.max(1, Math.floor(frames.length / (2 * width)));
  const through = (first, last) => {
    context.beginPath();
    for (let step = first; step <= last; step += every) context.lineTo(x(step), y(frames[step].loss));
    context.lineTo(x(last), y(frames[last].loss));
    context.stroke();
  };
  const place = Math.floor(at);
  Object.assign(context, { lineWidth: 1.5, strokeStyle: colour("dot"), lineJoin: "round" });
  context.globalAlpha = 0.5;
  through(place, frames.length - 1);
  context.globalAlpha = 1;
  Object.assign(context, { lineWidth: 2, strokeStyle: colour("accent"), fillStyle: colour("accent") });
  through(0, place);
  context.beginPath();
  context.arc(x(place), y(frames[place].loss), 4, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

export function line(context, from, to) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
