"""Learning by doing: a course of short files with a hole each, and what says whether a student's lines are right.

course.py     the steps in their order; a step's text with its hole, its solution, or other lines in it
wrong.py      answers that are wrong: what may not overflow, or may not change
compare.py    what a student's function returned beside what was wanted
checking.py   a step's check run on a student's text
raised.py     what a student's own lines raised, and what it comes from
sources.py    the text of a file, whatever editor saved it
worker.py     the process that checks files: a time limit, and what they print
process.py    the same from outside: checks begun, waited for, given up
folder.py     a student's folder: copied, never overwritten; progress and hints
watching.py   a check at each save, on to the next step when it passes
layout.py     lines cut to a terminal's columns and rows
screens.py    what students read; terminal.py has the keys, and clears
classroom.py  one line a student

Below steps/ stands a folder a step. They are no modules: students' files are made of them.
"""
