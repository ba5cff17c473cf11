"""What others may do to files, calls and processes, tried many times.

save.py         saves that are killed, interrupted, refused by the disk and robbed of power
saved.py        what is saved, in versions that tell on themselves
calls.py        signals and errors at every system call
kills.py        kills at random moments, and full disks
disk.py         what may be on a disk after a loss of power
processes.py    saves in processes of their own, and what is found after them
fuzz.py         mutated inputs to everything that reads: no traceback, crash, hang or flood of memory
target.py       what a target is: sound inputs, mutations, and a call
targets/        the targets, a file for each kind of input, each with a list TARGETS
mutations.py    mutations of bytes and of lines of text, and how one is chosen
jsons.py        mutations of JSON
arrays.py       mutations of arrays in NumPy's format
archives.py     mutations of zip files, whose checksums are right again
public.py       calls of what is public, with sound arguments
hostile.py      arrays, matrices and numbers in every form
calling.py      a call with arguments in such forms, and what may come of it
workers.py      one input after the other in a process with limits
serve.py        many, slow and silent clients of an explorer whose model is replaced meanwhile
clients.py      what they ask, and what a right answer is
served.py       the explorer as a process, and the models that are written for it
"""
