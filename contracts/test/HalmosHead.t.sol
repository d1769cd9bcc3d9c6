// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../../node_modules/@uniswap/v4-core/lib/forge-std/src/Test.sol";
import {AccessLedger} from "../src/AccessLedger.sol";
import {IAccessLedger} from "../src/interfaces/IAccessLedger.sol";

/// @notice Proofs for all heads, tickets and arguments at once (halmos), from an arbitrary reachable state.
/// @dev SHA-256 is an unknown function here, so nothing depends on its strength. Lengths are bounded: paths of at most
///      two hashes and at most one settled ticket per call; roots, times and counts are not bounded, sizes in one check.
contract HalmosHeadTest is Test {
    uint256 private constant MAX_SIZE = 2 ** 53 - 1;
    address private constant LOG = address(0xA11CE);

    struct State {
        uint64 size;
        uint64 anchoredAt;
        uint64 submitted;
        uint64 included;
        bytes32 root;
    }

    AccessLedger private ledger;

    function setUp() public {
        // Not by its constructor: halmos has no value for the hash of nothing, which that checks.
        ledger = AccessLedger(address(0x1ED6E8));
        vm.etch(address(ledger), type(AccessLedger).runtimeCode);
    }

    // --- what is assumed and what is read ------------------------------------------------------------------------

    /// @dev Any state that the invariants allow; each check shows that one call leads to such a state again.
    function _assumeReachable(State memory s) private {
        vm.assume(s.size > 0 && s.size <= MAX_SIZE);
        vm.assume(s.included <= s.submitted && s.submitted < type(uint64).max);
        vm.assume(s.anchoredAt <= block.timestamp);
        bytes32 slot = keccak256(abi.encode(LOG, uint256(0)));
        uint256 word =
            uint256(s.size) | uint256(s.anchoredAt) << 64 | uint256(s.submitted) << 128 | uint256(s.included) << 192;
        vm.store(address(ledger), slot, bytes32(word));
        vm.store(address(ledger), bytes32(uint256(slot) + 1), s.root);
    }

    function _state() private view returns (State memory s) {
        (s.size, s.root, s.anchoredAt, s.submitted, s.included) = ledger.head(LOG);
    }

    function _anchor(uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced)
        private
        returns (bool done)
    {
        vm.prank(LOG);
        (done,) = address(ledger).call(abi.encodeCall(IAccessLedger.anchor, (size, root, path, forced)));
    }

    function _one(bytes32 hash) private pure returns (bytes32[] memory path) {
        path = new bytes32[](1);
        path[0] = hash;
    }

    function _same(State memory a, State memory b) private pure returns (bool) {
        return a.size == b.size && a.root == b.root && a.anchoredAt == b.anchoredAt && a.submitted == b.submitted
            && a.included == b.included;
    }

    function _assertForward(State memory before, bool done, uint64 size, bytes32 root) private view {
        State memory s = _state();
        assert(s.size >= before.size); // never shrinks
        assert(s.included <= s.submitted);
        assert(s.included >= before.included);
        assert(s.submitted == before.submitted);
        assert(s.anchoredAt >= before.anchoredAt);
        if (!done || size == before.size) assert(_same(s, before)); // refused, or a no-op
        else assert(s.size == size && s.root == root && s.anchoredAt == block.timestamp && size > before.size);
    }

    // --- proofs --------------------------------------------------------------------------------------------------

    /// @dev Same size: nothing changes, and it succeeds exactly for the held root, whatever the path.
    function check_sameSizeChangesNothing(State memory before, bytes32 root, bytes32 a, bytes32 b) public {
        _assumeReachable(before);
        bytes32[] memory path = new bytes32[](2);
        (path[0], path[1]) = (a, b);
        bool done = _anchor(before.size, root, path, new IAccessLedger.Inclusion[](0));
        assert(done == (root == before.root));
        assert(_same(_state(), before));
    }

    function check_smallerOrTooLargeIsRefused(State memory before, uint64 size, bytes32 root, bytes32 a) public {
        _assumeReachable(before);
        vm.assume(size < before.size || size > MAX_SIZE);
        bool done = _anchor(size, root, _one(a), new IAccessLedger.Inclusion[](0));
        assert(!done);
        assert(_same(_state(), before));
    }

    /// @dev A path of one hash: whatever is accepted, nothing falls and the head is the given one.
    function check_anchorMovesForward(State memory before, uint64 size, bytes32 root, bytes32 a) public {
        _assumeReachable(before);
        bool done = _anchor(size, root, _one(a), new IAccessLedger.Inclusion[](0));
        _assertForward(before, done, size, root);
    }

    function check_anchorMovesForwardWithTwoHashes(State memory before, uint64 size, bytes32 root, bytes32 a, bytes32 b)
        public
    {
        _assumeReachable(before);
        bytes32[] memory path = new bytes32[](2);
        (path[0], path[1]) = (a, b);
        bool done = _anchor(size, root, path, new IAccessLedger.Inclusion[](0));
        _assertForward(before, done, size, root);
    }

    /// @dev A first head, of any size and root.
    function check_firstHead(uint64 size, bytes32 root) public {
        State memory before;
        bool done = _anchor(size, root, new bytes32[](0), new IAccessLedger.Inclusion[](0));
        assert(done == (size > 0 && size <= MAX_SIZE));
        _assertForward(before, done, size, root);
    }

    /// @dev One ticket given: settled at most once, only where one is open, and the order of the queue is kept.
    ///      Sizes below 2^16 here: two climbs, of the step and of the ticket, multiply their paths.
    function check_settlingOneTicket(
        State memory before,
        uint64 size,
        bytes32 root,
        bytes32 a,
        bytes32 leafHash,
        uint64 index,
        bytes32 b
    ) public {
        vm.assume(size < 2 ** 16);
        _assumeReachable(before);
        uint256 word = uint256(vm.load(address(ledger), _ticketSlot(before.included)));
        IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](1);
        forced[0] = IAccessLedger.Inclusion(leafHash, index, _one(b));
        bool done = _anchor(size, root, _one(a), forced);
        _assertForward(before, done, size, root);
        if (done && size != before.size) {
            assert(before.included < before.submitted && _state().included == before.included + 1);
            assert(word >> 40 == uint256(leafHash) >> 40);
            assert(index < size);
        }
    }

    /// @dev completeTo is the time of the oldest open ticket, or now. Queue times rise; then it never falls, and an
    ///      anchor that leaves a ticket open for more than an hour is refused.
    function check_completeToNeverFalls(State memory before, uint64 size, bytes32 root, bytes32 a, uint40 t) public {
        _assumeReachable(before);
        vm.assume(before.included < before.submitted && t <= block.timestamp);
        vm.store(address(ledger), _ticketSlot(before.included), bytes32(uint256(t)));
        bool done = _anchor(size, root, _one(a), new IAccessLedger.Inclusion[](0));
        if (!done || size == before.size) return;
        (, uint40 oldest) = ledger.ticket(LOG, _state().included);
        assert(oldest == t); // none was settled, so the bound stands where it stood
        assert(block.timestamp - t <= 3600);
    }

    function _ticketSlot(uint64 number) private pure returns (bytes32) {
        return keccak256(abi.encode(number, keccak256(abi.encode(LOG, uint256(1)))));
    }

    /// @dev A submission moves one counter and one ticket, and can neither be refused for its content nor undone.
    function check_submit(State memory before, address sender, bytes32 key, bytes32 body, uint64 other) public {
        _assumeReachable(before);
        vm.assume(other != before.submitted);
        (bytes27 hashBefore, uint40 timeBefore) = ledger.ticket(LOG, other);
        vm.prank(sender);
        uint64 number = ledger.submit(LOG, key, abi.encode(body));
        assert(number == before.submitted);
        State memory s = _state();
        assert(s.submitted == before.submitted + 1);
        s.submitted = before.submitted;
        assert(_same(s, before));
        (bytes27 hashAfter, uint40 timeAfter) = ledger.ticket(LOG, other);
        assert(hashAfter == hashBefore && timeAfter == timeBefore);
        (, uint40 submittedAt) = ledger.ticket(LOG, number);
        assert(submittedAt == block.timestamp);
    }

    /// @dev Nobody else's call moves the head of a log.
    function check_onlyTheLogMovesItsHead(State memory before, address other, uint64 size, bytes32 root) public {
        _assumeReachable(before);
        vm.assume(other != LOG);
        vm.prank(other);
        (bool done,) = address(ledger)
            .call(
                abi.encodeCall(IAccessLedger.anchor, (size, root, new bytes32[](0), new IAccessLedger.Inclusion[](0)))
            );
        done;
        assert(_same(_state(), before));
    }
}
