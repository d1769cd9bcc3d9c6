// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "./interfaces/IAccessLedger.sol";
import {MerkleProof} from "./MerkleProof.sol";

/// @title AccessLedger
/// @notice See IAccessLedger for what each function promises and for the order of its checks.
/// @dev Storage layout (part of the specification: state proofs read it):
///      slot 0: log -> Head (two words); slot 1: log -> ticket -> leafHash[0..27) << 40 | submittedAt.
///      No call leaves the contract but to precompile 2 (SHA-256), so there is nothing to re-enter.
contract AccessLedger is IAccessLedger {
    /// @dev A head as it is stored: size | anchoredAt << 64 | submitted << 128 | included << 192, then the root.
    ///      Packed by hand, because the compiler would write the four fields one by one.
    struct Head {
        uint256 counters;
        bytes32 root;
    }

    /// @dev What `anchor` reads of a head.
    struct Held {
        uint64 size;
        uint64 submitted;
        uint64 included;
        bytes32 root;
    }

    uint256 private constant MAX_SIZE = 2 ** 53 - 1;
    uint256 private constant MAX_STATEMENT = 8192;
    uint256 private constant MAX_FORCED = 64;
    uint256 private constant GRACE = 3600; // seconds that a ticket may stay open
    uint256 private constant TIME_MASK = type(uint40).max;

    mapping(address log => Head) private heads;
    mapping(address log => mapping(uint64 number => uint256 word)) private tickets;

    /// @dev On a chain without SHA-256 at address 2 a call succeeds and returns nothing: every check would be void.
    constructor() {
        assert(sha256("") == 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855);
    }

    /// @inheritdoc IAccessLedger
    function anchor(uint64 size, bytes32 root, bytes32[] calldata consistency, Inclusion[] calldata forced) external {
        Held memory held = _held(msg.sender);
        // slither-disable-next-line incorrect-equality,timestamp -- sizes are counts; only their word also holds a time
        if (size == held.size && size != 0) {
            if (root != held.root) revert Fork(size, held.root, root);
            return;
        }
        if (size <= held.size || size > MAX_SIZE) revert SizeInvalid(held.size, size);
        // slither-disable-next-line incorrect-equality -- a log is unborn at exactly 0
        bool consistent = held.size == 0
            ? consistency.length == 0
            : MerkleProof.extends(held.size, held.root, size, root, consistency);
        if (!consistent) revert Inconsistent(held.size, size);

        uint64 included = _settle(size, root, held, forced);
        uint64 completeTo = _completeTo(included, held.submitted, forced.length);

        heads[msg.sender] = Head(_pack(size, block.timestamp, held.submitted, included), root);
        emit Anchored(msg.sender, size, root, included, held.submitted, completeTo);
    }

    /// @inheritdoc IAccessLedger
    function submit(address log, bytes32 key, bytes calldata statement) external returns (uint64 number) {
        uint256 counters = heads[log].counters;
        // slither-disable-next-line incorrect-equality,timestamp -- never written is exactly 0
        if (counters == 0) revert UnknownLog(log); // a head has at least one leaf
        if (statement.length == 0 || statement.length > MAX_STATEMENT) revert StatementLength(statement.length);
        bytes32 leafHash = MerkleProof.statementLeafHash(key, statement);
        number = uint64(counters >> 128);
        heads[log].counters = counters + (1 << 128);
        // 40 bits of seconds last until the year 36,812.
        tickets[log][number] = (uint256(leafHash) & ~TIME_MASK) | block.timestamp;
        emit Submitted(log, number, leafHash, key, statement);
    }

    /// @inheritdoc IAccessLedger
    function head(address log)
        external
        view
        returns (uint64 size, bytes32 root, uint64 anchoredAt, uint64 submitted, uint64 included)
    {
        uint256 counters = heads[log].counters;
        size = uint64(counters);
        root = heads[log].root;
        anchoredAt = uint64(counters >> 64);
        submitted = uint64(counters >> 128);
        included = uint64(counters >> 192);
    }

    /// @inheritdoc IAccessLedger
    function ticket(address log, uint64 number) external view returns (bytes27 leafHash27, uint40 submittedAt) {
        uint256 word = tickets[log][number];
        return (bytes27(bytes32(word)), uint40(word));
    }

    /// @inheritdoc IAccessLedger
    function verifyInclusion(address log, bytes32 leafHash, uint64 index, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        Head storage held = heads[log];
        return MerkleProof.includes(leafHash, index, uint64(held.counters), path, held.root);
    }

    function _held(address log) private view returns (Held memory) {
        uint256 counters = heads[log].counters;
        return Held(uint64(counters), uint64(counters >> 128), uint64(counters >> 192), heads[log].root);
    }

    /// @dev Every argument is below 2^64: the size by check 2, the others because they count calls or seconds.
    function _pack(uint256 size, uint256 anchoredAt, uint256 submitted, uint256 included)
        private
        pure
        returns (uint256)
    {
        return size | anchoredAt << 64 | submitted << 128 | included << 192;
    }

    /// @dev Check 4, then check 5 for each of the k oldest open tickets of the caller. Returns the new `included`.
    function _settle(uint64 size, bytes32 root, Held memory held, Inclusion[] calldata forced)
        private
        view
        returns (uint64 included)
    {
        included = held.included;
        uint256 open = held.submitted - included;
        // slither-disable-next-line timestamp -- counts of tickets; only their word also holds a time
        uint256 allowed = open < MAX_FORCED ? open : MAX_FORCED;
        if (forced.length > allowed) revert TooManyForced(forced.length, allowed);
        for (uint256 i = 0; i < forced.length; ++i) {
            _settleOne(size, root, included, forced[i]);
            ++included;
        }
    }

    /// @dev Check 5: `shown` is the statement of ticket `number` and stands in (size, root).
    function _settleOne(uint64 size, bytes32 root, uint64 number, Inclusion calldata shown) private view {
        bytes32 leafHash = shown.leafHash;
        if ((tickets[msg.sender][number] ^ uint256(leafHash)) > TIME_MASK) revert TicketMismatch(number, leafHash);
        if (!MerkleProof.includes(leafHash, shown.index, size, shown.path, root)) {
            revert NotIncluded(number, shown.index);
        }
    }

    /// @dev Check 6, and the time up to which the tree holds everything that was queued.
    function _completeTo(uint64 included, uint64 submitted, uint256 settled) private view returns (uint64) {
        // slither-disable-next-line incorrect-equality,timestamp -- block times are what this contract promises
        if (included == submitted) return uint64(block.timestamp);
        uint64 oldest = uint64(tickets[msg.sender][included] & TIME_MASK);
        if (block.timestamp - oldest > GRACE && settled != MAX_FORCED) revert Overdue(included, oldest);
        return oldest;
    }
}
