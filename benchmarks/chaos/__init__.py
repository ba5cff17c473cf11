"""What others may do to files, calls and processes, tried many times.

nightly         all that this folder tries, one script after the other

save.py         saves that are killed, interrupted, refused by the disk and robbed of power
saved.py        what is saved, in versions that tell on themselves
system_calls.py signals and errors at every system call
kills.py        kills at random moments, and full disks
disk.py         what may be on a disk after a loss of power
processes.py    saves in processes of their own, and what is found after them

fuzz.py         mutated inputs to everything that reads: no traceback, crash, hang or flood of memory
target.py       what a target is: sound inputs, mutations, and a call
targets/        the targets, a file for each kind of input, each with a list TARGETS
workers.py      one input after the other in a process with limits, and what is said of each
mutations.py    mutations of bytes and of lines of text, and how one is chosen; of what is in compressed files
jsons.py        mutations of JSON
npy.py          mutations of arrays in NumPy's format
zips.py         mutations of zip files and of their members, whose checksums are right again
samples.py      posts as each tool writes them
tiny.py         a few posts, and models that are trained on them
array_calls.py  calls of what is public and takes arrays, with sound arguments
array_forms.py  arrays, matrices and numbers in every form, and what may come of each
array_cases.py  calls with arguments in such forms, and whether what came of them is right

serve.py        many, slow and silent clients of an explorer whose model is replaced meanwhile
clients.py      what they ask, and what a right answer is
served.py       the explorer as a process, and the models that are written for it
"""
