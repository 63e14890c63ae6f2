"""The workflow engine, pure: a checked table of transitions, guards, effects as data."""

from .errors import (
    GuardRefused,
    InvalidDefinition,
    RoleNotAllowed,
    StateUnknown,
    TransitionNotAllowed,
    TransitionUnknown,
    WorkflowError,
)
from .facts import Facts
from .machine import Machine
from .table import START, Delay, Effect, Input, State, Step, Transition, Words

__all__ = [
    "START",
    "Delay",
    "Effect",
    "Facts",
    "GuardRefused",
    "Input",
    "InvalidDefinition",
    "Machine",
    "RoleNotAllowed",
    "State",
    "StateUnknown",
    "Step",
    "Transition",
    "TransitionNotAllowed",
    "TransitionUnknown",
    "Words",
    "WorkflowError",
]
