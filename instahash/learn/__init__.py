"""Learning by doing: a course of short files with a hole each, and what says whether a student's lines are right.

course.py    the steps in their order; a step's text with its hole, its solution, or other lines in it
compare.py   what a student's function returned beside what was wanted
checking.py  a step's check run on a student's text

Below steps/ stands a folder a step. They are no modules: students' files are made of them.
"""
