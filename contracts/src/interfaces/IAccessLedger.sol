// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The guard of append-only logs
/// @notice Every log anchors its signed tree heads here under its own address. The contract checks that each head
///         extends the one before (RFC 9162 consistency with SHA-256), and anyone may put a statement into a log's queue
///         that the log cannot leave out for more than an hour without losing the ability to anchor.
/// @dev No owner, no proxy, no pause, no ether: nobody can change, stop or empty a deployed ledger.
///      A log is the address that calls `anchor`; there is no registration. Numbers of tickets start at 0.
interface IAccessLedger {
    /// @notice Shows that one queued statement is in the tree that is being anchored.
    /// @param leafHash The hash that `submit` computed and emitted: all 32 bytes, of which the queue holds 27.
    /// @param index Position of the leaf in the tree, from 0.
    /// @param path RFC 9162 inclusion path, the sibling of the leaf first.
    struct Inclusion {
        bytes32 leafHash;
        uint64 index;
        bytes32[] path;
    }

    /// @notice `log` grew to `size` leaves with `root`. Never emitted for a head that was held before.
    /// @param included Tickets settled so far: tickets 0 … included - 1 are proven to be in the tree.
    /// @param submitted Tickets taken so far.
    /// @param completeTo Every statement queued here in a block with a time < completeTo (seconds) is in the tree.
    ///        It is the time of the oldest open ticket, or of this block if none is open, and never falls.
    event Anchored(
        address indexed log, uint64 size, bytes32 root, uint64 included, uint64 submitted, uint64 completeTo
    );

    /// @notice Someone queued a statement for `log`. The bytes are in the event, so the record stands without the log.
    /// @param leafHash SHA-256(00 ‖ key ‖ SHA-256(statement) ‖ 00000020 ‖ 01).
    /// @param key The index key as the sender gave it; the contract does not check it. A leaf with a wrong key is not
    ///        indexable, which hurts its sender alone.
    event Submitted(address indexed log, uint64 indexed ticket, bytes32 leafHash, bytes32 key, bytes statement);

    /// @notice `submit`: this address has never anchored. Otherwise anyone could load a log with tickets before its birth.
    error UnknownLog(address log);

    /// @notice `submit`: the statement has 0 or more than 8,192 bytes.
    error StatementLength(uint256 length);

    /// @notice `anchor`: a second root for the size that is held.
    error Fork(uint64 size, bytes32 held, bytes32 given);

    /// @notice `anchor`: the size is 0, smaller than the held one, or above 2^53 - 1 (the largest exact JSON integer).
    error SizeInvalid(uint64 held, uint64 given);

    /// @notice `anchor`: the path does not show that the new tree extends the held one, or a first head came with a path.
    error Inconsistent(uint64 held, uint64 given);

    /// @notice `anchor`: more inclusions than open tickets, or more than 64.
    error TooManyForced(uint256 given, uint256 allowed);

    /// @notice `anchor`: inclusions settle tickets in order, and this one is not the statement of its ticket.
    error TicketMismatch(uint64 ticket, bytes32 leafHash);

    /// @notice `anchor`: the statement of this ticket is not at this index of the new tree.
    error NotIncluded(uint64 ticket, uint64 index);

    /// @notice `anchor`: this ticket has waited for more than 3,600 seconds and would stay open, with fewer than 64 settled.
    error Overdue(uint64 ticket, uint64 submittedAt);

    /// @notice Anchors a new head of the caller's log and settles its oldest tickets.
    /// @dev Checks, in this order; the first that fails decides the error:
    ///      1. `size` is the held size (not 0): with the held root nothing happens, no write and no event, whatever else
    ///         was given (so a head cannot be refreshed while tickets wait); with another root `Fork`.
    ///      2. `size` is 0, below the held size or above 2^53 - 1: `SizeInvalid`.
    ///      3. `consistency` is the RFC 9162 2.1.4.2 path from the held head, of exactly its length; empty for a first
    ///         head: else `Inconsistent`. The path does not authenticate `size`: the index leaf at size - 1 does.
    ///      4. `forced` is longer than 64 or than the queue: `TooManyForced`.
    ///      5. Each of `forced`, in order: matches the oldest open ticket, else `TicketMismatch`; is in the new tree by
    ///         RFC 9162 2.1.3.2, else `NotIncluded`. Two tickets may be settled by one leaf.
    ///      6. The oldest ticket still open is more than 3,600 s old and `forced` has fewer than 64: `Overdue`.
    ///         (64 always pass, so that a flood of tickets cannot stop a log.)
    ///      7. The head is written and `Anchored` emitted.
    function anchor(uint64 size, bytes32 root, bytes32[] calldata consistency, Inclusion[] calldata forced) external;

    /// @notice Queues a statement for `log`: the route that no operator can close. Anyone may call it.
    /// @dev Checks, in this order: `log` has a head, else `UnknownLog`; 1 … 8,192 bytes, else `StatementLength`.
    ///      The contract hashes the bytes itself, so no inner node of a tree can pass for a statement.
    ///      A duplicate is never refused: otherwise anyone could make somebody else's submission fail.
    /// @param log Address under which the log anchors.
    /// @param key Index key of the statement (32 bytes; zero where it is not indexed). Not checked.
    /// @param statement The signed statement, exactly the bytes that the log will serve.
    /// @return number The ticket, counted from 0 per log.
    function submit(address log, bytes32 key, bytes calldata statement) external returns (uint64 number);

    /// @notice The newest head of a log; all zero for an address that never anchored.
    /// @return size Leaves in the tree.
    /// @return root RFC 9162 tree head.
    /// @return anchoredAt Time of the block that changed the head last, in seconds.
    /// @return submitted Tickets taken so far.
    /// @return included Tickets settled so far; included <= submitted.
    function head(address log)
        external
        view
        returns (uint64 size, bytes32 root, uint64 anchoredAt, uint64 submitted, uint64 included);

    /// @notice One ticket of a log; all zero if it was never taken. Settled tickets stay readable.
    /// @return leafHash27 The first 27 bytes of the leaf hash. 216 bits leave room for the time in the same word.
    /// @return submittedAt Time of the block that took the ticket, in seconds.
    function ticket(address log, uint64 number) external view returns (bytes27 leafHash27, uint40 submittedAt);

    /// @notice Whether `leafHash` is at `index` in the newest head of `log` (RFC 9162 2.1.3.2).
    /// @dev The caller must compute `leafHash` from the leaf's bytes, SHA-256(00 ‖ leaf): a hash taken from somebody else
    ///      may be an inner node. Only the newest head is known: an older path answers false once the log has grown.
    function verifyInclusion(address log, bytes32 leafHash, uint64 index, bytes32[] calldata path)
        external
        view
        returns (bool);
}
