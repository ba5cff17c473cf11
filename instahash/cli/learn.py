"""instahash-learn: a course of short files, each with a hole, and what says whether a student's lines are right."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from instahash.cli.common import Parser, SomeFailed, note, run, say
from instahash.errors import DataError, SettingsError, plural, printable

if TYPE_CHECKING:
    from instahash.learn.course import Step
    from instahash.learn.folder import Folder

COURSE = "instahash-course"  # where the course is copied to and looked for
EXAMPLE = f"""commands:
  start [FOLDER]       copy the course into a folder (default: {COURSE}); files that are there stay as they are
  watch [STEP|FOLDER]  check a step whenever its file is saved, and go on to the next when it passes
  check [STEP ...]     check steps once (default: the next), as in check 11-15 or check all; exit 1 if one does not pass
  hint [STEP]          one more hint, of three
  list                 the steps, and which pass
  reset STEP           put a step's file back as it was; yours is kept beside it as .old
  solution STEP        how we would write a step, once yours passes
  class FOLDER         one line of CSV for each student, whose folders are in FOLDER; this runs the students' files

STEP is a number, or the beginning of a name or title as in the list. Without a command it is said what to do next.

example:
  instahash-learn start
  instahash-learn watch
  instahash-learn hint 3
  instahash-learn class handed-in --csv class.csv --steps 1-5
"""


def parser() -> ArgumentParser:
    command = Parser("instahash-learn", "Learn how the models work by writing their lines.", EXAMPLE)
    add = command.add_argument
    add("what", nargs="?", choices=[*COMMANDS], metavar="COMMAND", help="what to do, see below")
    add("arguments", nargs="*", metavar="STEP|FOLDER", help="of which step, or in which folder")
    add("--folder", metavar="FOLDER", help=f"where the course is (default: here, else in {COURSE})")
    add("--class", dest="class_folder", metavar="FOLDER", help="the same as the command class")
    add("--csv", metavar="FILE", help="class: write the lines to a file")
    add("--steps", metavar="STEPS", help="class: of which steps, as in 11-22 or 1-3,7 (default: all)")
    command.set_defaults(command="learn")
    return command


def work(args: Namespace) -> None:
    if args.class_folder is not None:
        if args.what:
            raise SettingsError(f"--class is a command of its own; leave out '{args.what}'")
        args.what, args.arguments = "class", [args.class_folder]
    if (args.csv or args.steps) and args.what != "class":
        option = "--csv FILE" if args.csv else "--steps 11-22"
        raise SettingsError(f"{option.split()[0]} is of the command class: instahash-learn class FOLDER {option}")
    if args.what in NEEDS and not args.arguments:
        raise SettingsError(f"{args.what} takes a {NEEDS[args.what]}, as in: {_command(args.what, NEEDS[args.what])}")
    most = {"list": 0, "check": len(args.arguments)}.get(args.what, 1)
    if more := args.arguments[most:]:
        takes = "one argument" if most else "no argument"
        raise SettingsError(f"{args.what} takes {takes}; leave out '{more[0]}', or name a folder with --folder")
    args.argument = next(iter(args.arguments), None)
    COMMANDS.get(args.what, _what_next)(args)


def _what_next(args: Namespace) -> None:
    from instahash.learn.screens import bar, end_screen

    try:
        folder = _folder(args)
    except DataError:
        if args.folder:
            raise
        say(f"Copy the course into a folder, '{COURSE}', with: instahash-learn start")
        return
    step = folder.next_step()
    if step is None:
        say(end_screen())
        return
    say(f"{bar(folder)}\nNext: {step.title}, in '{printable(str(folder.file(step)))}'")
    say(f"Each time you save it, this checks it: {_command('watch', args.folder)}")


def _start(args: Namespace) -> None:
    from instahash.learn.course import steps
    from instahash.learn.folder import Folder, is_course, start

    path = args.argument or args.folder or ("." if is_course(Path()) else COURSE)
    written = start(Path(path))
    if not written:
        say(f"nothing new for '{printable(path)}': all {len(steps())} steps are there, and stay as they are")
    else:
        names = "" if len(written) == len(steps()) else f": {', '.join(written)}"
        say(f"copied {plural(len(written), 'step')} to '{printable(path)}'{names}")
    say(f"Now start: {_command('watch', None if path in ('.', COURSE) else path)}")
    if path not in (".", COURSE):
        say(f"and give other commands in that folder: cd {shlex.quote(printable(path))}")
    if step := Folder(Path(path)).next_step():
        say(f"and open in your editor: {printable(str(Path(path, step.file)))}")


def _watch(args: Namespace) -> None:
    from instahash.learn.terminal import Terminal
    from instahash.learn.watching import watch

    step = _step_to_watch(args.argument)
    folder = _folder(args, None if step else args.argument)
    with Terminal() as terminal:

        def show(text: str) -> None:
            terminal.clear()
            print(text if terminal.interactive else f"{text}\n", flush=True)

        try:
            watch(folder, show, terminal, step)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"; what passes is kept, and {_command('watch', args.argument)} goes on") from None


def _step_to_watch(argument: str | None) -> Step | None:
    """The step that an argument names, unless it names a folder."""
    from instahash.learn.course import step_named

    if argument is None or Path(argument).exists():
        return None
    try:
        return step_named(argument)
    except DataError:
        if argument.isdecimal():
            raise
        return None


def _check(args: Namespace) -> None:
    from instahash.learn.course import steps_named
    from instahash.learn.process import Checker
    from instahash.learn.screens import bar, places, told
    from instahash.learn.terminal import Terminal

    folder, results = _folder(args), []
    some = steps_named(args.arguments) or [_step(folder, None)]
    with Checker() as checker:
        for step in some:
            outcome = checker.check(step, folder.file(step))
            _keep(folder, step, outcome.passes)
            results.append(outcome.passes)
            if len(some) > 1:
                begun = folder.has_begun(step)
                say(f"{step.title}: {'passes' if outcome.passes else 'does not pass' if begun else 'not begun'}")
            else:
                say(f"{step.title}\n{places(folder, step)}\n\n{told(outcome, Terminal().columns)}")
    say(f"\n{bar(folder)}")
    if results == [True] and (following := folder.next_step(some[0])):
        say(f"next: {printable(str(folder.file(following)))}")
    if not all(results):
        raise SomeFailed


def _hint(args: Namespace) -> None:
    from instahash.learn.screens import hint_lines
    from instahash.learn.terminal import Terminal

    folder = _folder(args)
    step = _step(folder, args.argument)
    before = folder.hints.get(step.name, 0)
    hints = hint_lines(step, folder.take_hint(step), columns=Terminal().columns)
    say(f"{step.title}\n\n{hints}" + "\n\nthere are no more hints" * (before == len(step.hints())))


def _list(args: Namespace) -> None:
    from instahash.learn.screens import list_screen

    say(list_screen(_folder(args)))


def _reset(args: Namespace) -> None:
    folder = _folder(args)
    step = _step(folder, args.argument)
    old = folder.reset(step)
    say(f"'{step.file}' is as it was" + (f"; yours is kept as '{old.name}'" if old else ""))


def _solution(args: Namespace) -> None:
    from instahash.learn.process import Checker

    folder = _folder(args)
    step = _step(folder, args.argument)
    with Checker() as checker:
        passes = checker.check(step, folder.file(step)).passes
    _keep(folder, step, passes)
    if not passes:
        hint = _command("hint", str(step.number))
        raise DataError(f"the solution of step {step.number} is shown once yours passes; for a hint: {hint}")
    say(f"{step.title}\n\n{step.solution().rstrip()}")


def _class(args: Namespace) -> None:
    from tqdm import tqdm

    from instahash.files import check_writable, write_text
    from instahash.learn.classroom import as_csv, look_at, students
    from instahash.learn.course import steps, steps_named
    from instahash.learn.process import Checker

    found, others = students(Path(args.argument))
    some = steps_named(args.steps.split(",")) if args.steps else steps()
    if args.csv:
        check_writable(args.csv)
    if others:
        note("learn", f"left out, for they are no folders: {', '.join(path.name for path in others)}")
    note("learn", f"runs the files of {plural(len(found), 'student')} on this machine, each with a time limit")
    rows = []
    with Checker() as checker, tqdm(desc="Checking", total=len(found) * len(some), disable=None) as progress:
        for path in found:
            rows.append(row := look_at(path, checker, some, progress.update))
            with tqdm.external_write_mode(sys.stderr):
                passed = f"{row.passed} of {row.steps} pass" if row.passed is not None else row.note
                note("learn", f"{row.student}: {passed}")
    text = as_csv(rows, some)
    if args.csv:
        write_text(args.csv, "\ufeff" + text)  # the mark by which Excel knows UTF-8
        note("learn", f"{plural(len(found), 'student')} in '{args.csv}'")
    else:
        say(text.rstrip("\n"))


def _folder(args: Namespace, given: str | None = None) -> Folder:
    """The student's folder. Where its progress is lost, all files are checked anew."""
    from instahash.learn.folder import Folder, is_course

    given = given or args.folder
    here = [Path(given)] if given else [path for path in (Path(), Path(COURSE)) if is_course(path)]
    if not here:
        where = f"there is no course here or in '{COURSE}'"
        raise DataError(f"{where}; go to its folder, give it with --folder, or make one: instahash-learn start")
    folder = Folder(here[0])
    if folder.lost:
        _restore(folder)
    return folder


def _restore(folder: Folder) -> None:
    from tqdm import tqdm

    from instahash.learn.course import steps
    from instahash.learn.process import Checker, outcomes

    note("learn", f"{folder.lost}; all files are checked anew")
    with Checker() as checker, tqdm(desc="Checking", total=len(steps()), disable=None, leave=False) as progress:
        found = outcomes(folder, checker, steps(), progress.update)
    try:
        folder.keep({step.name for step in found if found[step].passes})
    except DataError as error:
        note("learn", f"progress is not kept: {error}")


def _keep(folder: Folder, step: Step, passes: bool) -> None:
    if passes != (step.name in folder.passed):
        try:
            folder.mark(step, passes)
        except DataError as error:
            note("learn", f"progress is not kept: {error}")


def _step(folder: Folder, text: str | None) -> Step:
    """The step that is named, else the next one, or the last at the end."""
    from instahash.learn.course import step_named, steps

    return step_named(text) if text else folder.next_step() or steps()[-1]


def _command(what: str, argument: str | None) -> str:
    """A command as it is typed."""
    return " ".join(["instahash-learn", what, *([shlex.quote(printable(argument))] if argument else [])])


COMMANDS = {
    "start": _start, "watch": _watch, "check": _check, "hint": _hint, "list": _list, "reset": _reset,
    "solution": _solution, "class": _class,
}  # fmt: skip
# What these cannot do without.
NEEDS = {"reset": "STEP", "solution": "STEP", "class": "FOLDER"}


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv)
