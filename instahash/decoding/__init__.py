"""Files of photos as strangers made them, opened in a process of its own, with limits of time and memory.

pictures  decoding: upright, RGB, small
keywords  keywords into copies of photos and into XMP sidecars
worker    what runs in that process, and its limits
process   the process as the others see it: a call
"""
