"""What others may do to files, calls and processes, tried many times.

fuzz.py         mutated inputs to everything that reads: no traceback, crash, hang or flood of memory
target.py       what a target is: sound inputs, mutations, and a call
targets/        the targets, a file for each kind of input, each with a list TARGETS
mutations.py    mutations of bytes and of lines of text, and how one is chosen
jsons.py        mutations of JSON
arrays.py       mutations of arrays in NumPy's format
archives.py     mutations of zip files, whose checksums are right again
workers.py      one input after the other in a process with limits
"""
