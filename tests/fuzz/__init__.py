"""Fuzzing: inputs that nobody would think of, for whoever reads bytes that came from outside.

    python -m tests.fuzz --seconds 60              each target for a minute
    python -m tests.fuzz --seconds 600 tar image   two of them, longer

It needs atheris (the dependency group ``fuzz``; there are wheels for Linux on x86-64 only) and says so where that is
missing. Each target begins with seeds that ``seeds`` makes in a temporary directory, from ``fixtures/`` and with
``tests.build``; nothing is kept. A crash is printed as base64, to be made a test of::

    python -m tests.fuzz --input BASE64 tar        once more, with the whole traceback; needs no atheris

``harness`` says what each target promises, beyond "an ImgscopeError or an answer": that two ways to read the same
bytes agree, and that what is answered lies within what was given. ``test_targets`` tries the seeds, and damage to
them, in every run of the tests.
"""
