"""What a file of a photo may take, and what is said of one that takes more."""

SECONDS = 10.0  # of one file
MEMORY = 480 << 20  # bytes of the process that opens it, the interpreter too, where the system can hold it to that
TOO_LITTLE_MEMORY = "there is too little memory for it; scale it down first"
TOO_SLOW = f"opening it takes more than {SECONDS:g} s; scale it down, or save it elsewhere as JPEG"
