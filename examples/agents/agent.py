#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An agent in Python: lists the acceptance criteria of its task.

Reads the packet on standard input, tells how far it is, answers on standard output.
Needs nothing but the standard library.
"""
import json
import re
import sys


def tell(**line):
    """A sign of life: one object on one line."""
    print(json.dumps(line), flush=True)


def main():
    packet = json.load(sys.stdin)
    criteria = packet["task"]["sections"].get("Acceptance Criteria", "")
    found = re.findall(r"^\s*[-*] \[( |x|X)\] (.+)$", criteria, re.M)
    tell(progress=50, note=f"{len(found)} criteria")
    unmet = [text for mark, text in found if mark == " "]
    tell(progress=100, milestone="criteria listed")
    print(json.dumps({
        "status": "COMPLETE" if found else "FAILED",
        "summary": f"{len(found)} criteria, {len(unmet)} of them not met.",
        "issues": [] if found else ["The task has no acceptance criteria."],
        "next-steps": unmet[:20],
        "output": {"unmet": unmet},
    }))


if __name__ == "__main__":
    main()
