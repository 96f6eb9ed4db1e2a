"""type_twice.py TEXT PROGRAM ARGUMENT…: runs a program at a terminal, types a line when it asks and once more, and prints what the terminal shows."""
import os
import pty
import sys

text, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown = b""
for prompt in (b"Password for anna: ", b"The same again: "):
    while prompt not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, text.encode() + b"\r")
try:
    while more := os.read(terminal, 4096):
        shown += more
except OSError:
    pass  # the program has ended
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
