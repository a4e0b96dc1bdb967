#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""coder.py TOOL: lets a command-line coding agent do a task of ops run.

TOOL is one of those in TOOLS, each called by the flags its own manual gives for use
without a person: one prompt in, one answer out.  What it changes in the work tree is
judged by ops; what it says becomes the summary.

Let it run in a work tree of its own, and give it the variable that has its key:

    Command: [python3, agents/coder.py, claude]
    Directory: worktree
    Environment: [ANTHROPIC_API_KEY]
"""
import json
import os
import subprocess
import sys
import tempfile


def claude(prompt, _):
    return ["claude", "-p", prompt, "--output-format", "json",
            "--permission-mode", "acceptEdits"]


def codex(prompt, last):
    return ["codex", "exec", "--sandbox", "workspace-write",
            "--output-last-message", last, prompt]


def gemini(prompt, _):
    return ["gemini", "-p", prompt, "--output-format", "json",
            "--approval-mode", "auto_edit"]


def aider(prompt, _):
    return ["aider", "--message", prompt, "--yes-always", "--no-auto-commits",
            "--no-stream"]


TOOLS = {"claude": claude, "codex": codex, "gemini": gemini, "aider": aider}


def prompt_of(packet):
    """The order, in words."""
    task, orders = packet["task"], packet["orders"]
    parts = [f"Task: {task['Title']} ({task['id']})"]
    parts += [f"{name}:\n{text}" for name, text in task["sections"].items()]
    if task["scope"]:
        parts.append("Change only: " + ", ".join(task["scope"]))
    if orders["forbidden-paths"]:
        parts.append("Never change: " + ", ".join(orders["forbidden-paths"]))
    if packet["context"]:
        parts.append("Context: " + json.dumps(packet["context"]))
    if packet["input"]:
        parts.append("Given by the agent before you: " + json.dumps(packet["input"]))
    parts.append("Do not commit. Say at last, in one sentence, what you did.")
    return "\n\n".join(parts)


def said_by(tool, out, last):
    """What the tool said at last, and whether it calls that an error."""
    if tool == "codex":
        with open(last, encoding="utf-8", errors="replace") as file:
            return file.read(), False
    if tool == "aider":
        return out, False
    answer = json.loads(out)
    if tool == "claude":
        return answer.get("result") or "", bool(answer.get("is_error"))
    return answer.get("response") or "", bool(answer.get("error"))


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in TOOLS:
        sys.exit("usage: coder.py " + "|".join(TOOLS))
    tool = sys.argv[1]
    packet = json.load(sys.stdin)
    print(json.dumps({"progress": f"{tool} works"}), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        last = os.path.join(scratch, "last")
        try:
            done = subprocess.run(TOOLS[tool](prompt_of(packet), last), check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  text=True, errors="replace")
        except OSError as error:
            print(json.dumps({
                "status": "FAILED", "summary": f"{tool} cannot be started: {error.strerror}.",
                "issues": [f"{tool} has to be installed, in the PATH of who runs ops."],
            }))
            return
        try:
            said, wrong = said_by(tool, done.stdout, last)
        except (OSError, ValueError) as error:
            said, wrong = f"{tool} gave no answer that can be read: {error}", True
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = wrong or done.returncode != 0 or not lines
    print(json.dumps({
        "status": "FAILED" if wrong else "COMPLETE",
        "summary": (lines or [f"{tool} said nothing."])[-1][:500],
        "issues": [f"{tool} ended with status {done.returncode}"] if done.returncode else [],
    }))


if __name__ == "__main__":
    main()
