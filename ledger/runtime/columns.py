"""The columns that the tables are made of: bytes as they are, and integers of 64 bits."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Dialect, LargeBinary


class Bytes(LargeBinary):
    """Bytes that go to the driver and come back as they are: both drivers speak ``bytes``, and a
    conversion of each value would be a third of an insert's time."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None


def binary(primary_key: bool = False, nullable: bool = False, unique: bool | None = None) -> Column[bytes]:
    """A column of bytes."""
    return Column(Bytes, primary_key=primary_key, nullable=nullable, unique=unique)


def integer(primary_key: bool = False, nullable: bool = False) -> Column[int]:
    """A column of integers that the database never counts up by itself."""
    return Column(BigInteger, primary_key=primary_key, nullable=nullable, autoincrement=False)
