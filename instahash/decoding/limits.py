"""What a file of a photo may take, and what is said of one that takes more, or is of another kind."""

SECONDS = 10.0  # of one file
MEMORY = 480 << 20  # bytes of the process that opens it, the interpreter too, where the system can hold it to that
TOO_LITTLE_MEMORY = "there is too little memory for it; scale it down first"
TOO_SLOW = f"opening it takes more than {SECONDS:g} s; scale it down, or save it elsewhere as JPEG"
VIDEO = "it is a video; choose a photo, or a still of it, such as a screenshot"
LIVE_PHOTO = "it is a video, perhaps of a Live Photo; choose the picture of the same name, or a screenshot of it"
VIDEOS = "videos are not read; a still of one, such as a screenshot, is a photo"
HEIC = "it is HEIC, as iPhones save photos; export it as JPEG, or install: python3 -m pip install pillow-heif"
NO_IMAGE = "it is no photo that can be read here; give a JPEG, PNG, WebP, GIF, BMP or TIFF"
