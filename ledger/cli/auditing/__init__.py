"""The parts of ``habeas audit``: where files come from, the workers, the state, the chain, the report."""
