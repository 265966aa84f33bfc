"""Files and YAML."""

from __future__ import annotations

from reconciler.model.codes.registry import error

FILE_UNREADABLE = error(
    "file-unreadable",
    "the file cannot be read",
    "The path does not exist, is no regular file, or may not be read.",
    "Check the path and its permissions.",
    "datasets:\n  support: {file: ../data/suport.jsonl}   # the file is called support.jsonl",
)
FILE_TOO_LARGE = error(
    "file-too-large",
    "the spec file is too large",
    "Spec files are read by people; one of over a megabyte is a mistake or an attack.",
    "Split the file: every file below the spec root is read.",
    "specs/generated.yaml: 1.3 MB of jobs that a script wrote",
)
FILE_ENCODING = error(
    "file-encoding",
    "the file is not UTF-8",
    "Specs and training files are UTF-8, with or without a byte-order mark.",
    "Save the file as UTF-8.",
    "specs/team.yaml: a comment with an umlaut, saved as Latin-1",
)
FILE_OUTSIDE = error(
    "file-outside",
    "the file lies outside the repository",
    "A spec may only name files of its own repository, so that a pull request cannot upload others.",
    "Move the file into the repository; symbolic links out of it do not count.",
    "datasets:\n  support: {file: /etc/passwd}",
)
FILE_EXISTS = error(
    "file-exists",
    "the file is there already",
    "reconciler init writes new files only; what people wrote is never overwritten.",
    "Move the file away, or name another folder.",
    "reconciler init   # in a folder that has specs/estate.yaml",
)
FILE_UNWRITABLE = error(
    "file-unwritable",
    "the file cannot be written",
    "The folder may not be written to, the disk is full, or a file stands where a folder is needed.",
    "Check the path and its permissions.",
    "reconciler init /etc",
)
NO_SPECS = error(
    "no-specs",
    "there are no specs",
    "The spec root has no *.yaml or *.yml file below it.",
    "Give the folder that holds the specs: reconciler plan path/to/specs.",
    "reconciler plan spec   # the folder is called specs",
)
YAML_SYNTAX = error(
    "yaml-syntax",
    "this is not YAML",
    "The parser stopped here.",
    "The caret stands where the parser gave up; the cause is there or just above it.",
    "jobs:\n  triage: {target: sweden   # the brace is never closed",
)
YAML_KEY = error(
    "yaml-key",
    "this key cannot be used",
    "Keys are plain words; merge keys and collections as keys are not part of the spec language.",
    "Write the key out.",
    "jobs:\n  triage:\n    <<: *defaults",
)
YAML_TAG = error(
    "yaml-tag",
    "YAML tags are not read",
    "Specs are pure data; tags could make them something else.",
    "Remove the tag; quote the value if it should be a string.",
    "estate: !!python/name:os.system",
)
YAML_ALIAS = error(
    "yaml-alias",
    "this alias cannot be followed",
    "An alias names an anchor that stands above it and does not contain it.",
    "Write the value out.",
    "jobs:\n  triage: *defaults   # no &defaults stands above",
)
YAML_TOO_DEEP = error(
    "yaml-too-deep",
    "the values are nested too deeply",
    "No spec needs more than a few levels.",
    "Flatten the document.",
    "estate: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
)
TOO_MANY_PROBLEMS = error(
    "too-many-problems",
    "there are more problems than can be shown",
    "The specs were read no further: so many problems have one cause, or a few.",
    "Mend what is shown; the rest is told then.",
    "A file of 50,000 jobs that a script wrote with a misspelled key",
)
DUPLICATE_KEY = error(
    "duplicate-key",
    "the key stands there twice",
    "YAML would silently keep one of the two.",
    "Remove one of them.",
    "estate: acme\nestate: acme-prod",
)
