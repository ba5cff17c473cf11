"""The commands: argument parsing, progress, exit codes; no mathematics.

Exit codes: 0 done, 1 done but for some photos (a line each), or a step that does not pass, 2 bad usage or input (one
line on standard error), 130 interrupted. Each module builds its parser before it imports anything heavy, so that --help
answers at once.
"""
