"""Starts ministack with the real rules that it lacks."""

from emulator import ministack_rules

ministack_rules.apply()

from ministack.app import main  # noqa: E402  (patched before it starts)

main()
