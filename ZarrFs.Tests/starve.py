#!/usr/bin/env python3
"""Runs a command while random threads of it get next to no processor time: what passes only where threads come in the usual order fails here.

  ZarrFs.Tests/starve.py [--share 0.15] [--hold 60] COMMAND …
  ZarrFs.Tests/starve.py dotnet test ZarrFs.Tests -c Release --no-build --filter FullyQualifiedName~Tests.Chunks.

Every processor has a loop to run. About every HOLD milliseconds another SHARE of the threads of the command and of all that it has started may run only
where nothing else wants to. Takes two to four times as long. Ends with the command's exit code. Linux only.
"""
import argparse
import os
import random
import subprocess
import sys
import time


def tree(root):
    """A process and all below it."""
    children = {}
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{int(name)}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(name))
        except (ValueError, OSError):
            pass  # no process, or one that has just ended
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def threads(processes):
    for process in processes:
        try:
            yield from map(int, os.listdir(f"/proc/{process}/task"))
        except OSError:
            pass


def schedule(chosen, policy):
    for thread in chosen:
        try:
            os.sched_setscheduler(thread, policy, os.sched_param(0))
        except OSError:
            pass


options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--share", type=float, default=0.15, help="of the threads; 0 to 1")
options.add_argument("--hold", type=float, default=60, help="milliseconds")
options.add_argument("command", nargs=argparse.REMAINDER)
given = options.parse_args()
if not given.command:
    options.error("expected a command")

loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count())]
try:
    command = subprocess.Popen(given.command)
    starved, known, looks = [], [], 0
    while command.poll() is None:
        if looks % 10 == 0:
            known = tree(command.pid)
        looks += 1
        everyone = list(threads(known))
        schedule(starved, os.SCHED_OTHER)
        starved = random.sample(everyone, round(len(everyone) * given.share))
        schedule(starved, os.SCHED_IDLE)
        time.sleep(random.uniform(0.2, 1.8) * given.hold / 1000)
    sys.exit(command.returncode)
finally:
    for loop in loops:
        loop.kill()
