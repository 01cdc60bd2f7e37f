"""The policy file, ORDINAUT_POLICY: read anew at each use, so that a person who has left may approve no longer."""

from __future__ import annotations

from pathlib import Path

from ruamel import yaml
from ruamel.yaml import error as yaml_errors

from activities import environment_names as names
from activities import settings as settings_module
from workflows.core.approvals import people, policy

MAX_BYTES = 1_048_576


def read(settings: settings_module.Settings) -> policy.Policy | None:
    """The policy; None where no file is named.

    Raises:
        policy.PolicyError: the file cannot be read or used; each problem is named, with the file.
    """
    path = settings.plain(names.POLICY)
    if path is None:
        return None
    try:
        return policy.read(_document(Path(path)))
    except policy.PolicyError as error:
        raise policy.PolicyError([f"{names.POLICY} {path}: {problem}" for problem in error.problems]) from None


def facts(settings: settings_module.Settings) -> people.Facts:
    """What a run that waits has to know of people. Without a file everybody has every role, where local approvers are trusted.

    Raises:
        policy.PolicyError: see `read`.
    """
    found = read(settings)
    if found is None:
        return people.Facts(trust_local=settings.trust_local_approvers, open=True)
    return found.facts(settings.trust_local_approvers)


def _document(path: Path) -> object:
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise policy.PolicyError([f"it has {len(data):,} bytes; at most {MAX_BYTES:,} are read"])
        return yaml.YAML(typ="safe", pure=True).load(data.decode("utf-8-sig"))
    except OSError as error:
        raise policy.PolicyError([f"cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise policy.PolicyError(["is not written in UTF-8"]) from None
    except (yaml_errors.YAMLError, ValueError, RecursionError) as error:
        raise policy.PolicyError([f"is neither JSON nor YAML: {' '.join(str(error).split())[:300]}"]) from None
