"""What the registry tells of policies: macros, trusted locations, Defender's rules."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from xlcrm.hosts.doctor.facts import BLOCKING, MacroPolicy, Macros, TrustedLocation

MACRO_KEYS = (  # the first that has a value counts; the last is the user's own
    ("HKCU", r"Software\Policies\Microsoft\Cloud\Office\16.0"),
    ("HKLM", r"Software\Policies\Microsoft\Office\16.0"),
    ("HKCU", r"Software\Policies\Microsoft\Office\16.0"),
    ("HKCU", r"Software\Microsoft\Office\16.0"),
)
_RULES, _SWITCH = r"Windows Defender\Windows Defender Exploit Guard\ASR", "exploitguard_asr_rules"
_POLICIES, _LOCAL = r"SOFTWARE\Policies\Microsoft", r"SOFTWARE\Microsoft"

Registry = Callable[[str, str], Mapping[str, Any]]
"""Gives the values of a key, by lower-case name; none where it is missing or locked."""


def windows_registry(hive: str, path: str) -> dict[str, Any]:
    r"""Read the values of a key of this machine's registry.

    Args:
        hive: ``HKCU`` or ``HKLM``.
        path: The key below it.

    Returns:
        The values by lower-case name, of the 64-bit view or else the 32-bit one; a key below it
        stands as ``name\`` with nothing. Empty where the key is missing or locked.
    """
    winreg: Any = importlib.import_module("winreg")
    root = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}[hive]
    for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
        try:
            with winreg.OpenKey(root, path, 0, winreg.KEY_READ | view) as key:
                values = {
                    str(name).lower(): value for name, value, _ in _each(winreg.EnumValue, key)
                }
                return values | {f"{name}\\": None for name in _each(winreg.EnumKey, key)}
        except OSError:
            continue
    return {}


def _each(enumerate_in: Callable[[Any, int], Any], key: Any) -> Iterator[Any]:
    index = 0
    while True:
        try:
            found = enumerate_in(key, index)
        except OSError:  # winreg's way to say that there are no more
            return
        yield found
        index += 1


def macro_policy(registry: Registry) -> MacroPolicy:
    """Read what decides whether macros run.

    Args:
        registry: Reads a key's values.
    """
    setting: Macros | None = None
    managed = False
    internet: int | None = None
    for hive, base in MACRO_KEYS:
        values, is_policy = registry(hive, rf"{base}\Excel\Security"), "Policies" in base
        number = _whole(values.get("vbawarnings"))
        if setting is None and number in list(Macros):
            setting, managed = Macros(number), is_policy
        if internet is None and is_policy:
            internet = _whole(values.get("blockcontentexecutionfrominternet"))
    common = [registry(hive, rf"{base}\Common") for hive, base in MACRO_KEYS]
    return MacroPolicy(
        setting,
        managed,
        internet,
        vba_off=any(_whole(values.get("vbaoff")) == 1 for values in common),
        trusted=tuple(_trusted(registry)),
    )


def _trusted(registry: Registry) -> Iterator[TrustedLocation]:
    bases = [(hive, rf"{base}\Excel\Security\Trusted Locations") for hive, base in MACRO_KEYS]
    if any(_whole(registry(*base).get("alllocationsdisabled")) == 1 for base in bases):
        return
    for hive, base in bases:
        for name in registry(hive, base):
            place = registry(hive, rf"{base}\{name[:-1]}") if name.endswith("\\") else {}
            if place.get("path"):
                path = os.path.expandvars(str(place["path"]))
                yield TrustedLocation(path, _whole(place.get("allowsubfolders")) == 1)


def rules(registry: Registry) -> dict[str, int]:
    """Read the states of Defender's rules.

    A policy comes before what was set on the machine. Of a group policy and Intune the one that
    blocks counts: which of the two wins depends on how the machine is managed.

    Args:
        registry: Reads a key's values.

    Returns:
        The state of each rule by its lower-case GUID: 0 off, 1 block, 2 audit, 6 warn.
    """
    switched_on = _whole(registry("HKLM", rf"{_POLICIES}\{_RULES}").get(_SWITCH)) == 1
    group = registry("HKLM", rf"{_POLICIES}\{_RULES}\Rules") if switched_on else {}
    intune = str(registry("HKLM", rf"{_POLICIES}\Windows Defender\Policy Manager").get("asrrules"))
    found = _states(registry("HKLM", rf"{_LOCAL}\{_RULES}\Rules"))
    by_group = _states(group)
    found |= by_group
    for rule, state in _states(
        dict(pair.partition("=")[::2] for pair in intune.split("|"))
    ).items():
        if by_group.get(rule) not in BLOCKING:
            found[rule] = state
    return found


def _states(values: Mapping[str, Any]) -> dict[str, int]:
    numbers = ((rule.strip("{} ").lower(), _whole(value)) for rule, value in values.items())
    return {rule: number for rule, number in numbers if number is not None}


def _whole(value: object) -> int | None:
    """Read a number that a policy wrote as a number or as text."""
    try:
        return int(str(value))
    except ValueError:
        return None
