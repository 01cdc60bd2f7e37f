"""What a browser that has gone to the company's sign-in must bring back, kept in its session meanwhile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way: the answer must hold this state, the ID token this nonce, and the code goes with this verifier (PKCE)."""

    state: str
    nonce: str
    verifier: str
    then: str  # where the person wanted to go: "/approvals/pay-1/pay"
