"""Simulations of the store run on both databases, like its tests."""

from tests.store.conftest import database_url, postgres

__all__ = ["database_url", "postgres"]
