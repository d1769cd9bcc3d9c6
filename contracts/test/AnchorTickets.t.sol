// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../src/interfaces/IAccessLedger.sol";
import {LedgerTest} from "./base/LedgerTest.sol";
import {Tree} from "./base/Tree.sol";

/// @notice `anchor` with tickets: checks 4 to 6 of the interface, and `completeTo`.
contract AnchorTicketsTest is LedgerTest {
    uint64 private constant HELD = 5;

    function setUp() public override {
        super.setUp();
        _born(operator, HELD);
    }

    /// @dev Grow by the queued statements `first` …; settle `settled` of them.
    function _settle(uint256 first, uint256 count, uint256 settled) private {
        bytes32[] memory leaves = _withQueued(HELD, first, count);
        _growTo(operator, leaves, HELD, uint64(leaves.length), _shown(leaves, HELD, settled));
    }

    /// @dev Arguments of a step that settles the first `settled` of `count` queued statements.
    function _step(uint256 count, uint256 settled)
        private
        pure
        returns (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced)
    {
        bytes32[] memory leaves = _withQueued(HELD, 0, count);
        size = uint64(leaves.length);
        return (size, Tree.root(leaves, size), Tree.consistency(leaves, HELD, size), _shown(leaves, HELD, settled));
    }

    function test_oneTicket() public {
        _queue(0, 1);
        skip(GRACE);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(1, 1);
        _expectAnchored(size, root, 1, 1, BIRTH + GRACE);
        _anchorAs(operator, size, root, path, forced);
        _assertHead(operator, size, root, BIRTH + GRACE, 1, 1);
    }

    function test_openTicketBoundsCompleteTo() public {
        skip(100);
        _queue(0, 1);
        skip(50);
        _queue(1, 2);
        skip(1);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(3, 1);
        _expectAnchored(size, root, 1, 3, BIRTH + 150); // ticket 1, not now
        _anchorAs(operator, size, root, path, forced);
    }

    function test_overdueAfterOneHour() public {
        _queue(0, 1);
        skip(GRACE); // exactly the limit still passes
        (uint64 size, bytes32 root, bytes32[] memory path,) = _step(1, 0);
        uint256 snapshot = vm.snapshotState();
        _expectAnchored(size, root, 0, 1, BIRTH);
        _anchorAs(operator, size, root, path, _none());
        vm.revertToState(snapshot);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Overdue.selector, 0, BIRTH));
        _anchorAs(operator, size, root, path, _none());
    }

    /// @dev The overdue rule looks at the oldest ticket that stays open, not at those being settled.
    function test_overdueNamesTheFirstThatStaysOpen() public {
        _queue(0, 2);
        skip(10);
        _queue(2, 1);
        skip(GRACE + 1);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(3, 2);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Overdue.selector, 2, BIRTH + 10));
        _anchorAs(operator, size, root, path, forced);
        (size, root, path, forced) = _step(3, 3);
        _expectAnchored(size, root, 3, 3, uint64(block.timestamp));
        _anchorAs(operator, size, root, path, forced);
    }

    function test_sixtyFourAtOnce() public {
        _queue(0, 64);
        skip(GRACE + 1);
        _settle(0, 64, 64);
        (,,, uint64 submitted, uint64 included) = ledger.head(operator);
        assertEq(submitted, 64);
        assertEq(included, 64);
    }

    /// @dev A flood must not stop a log: 64 settled tickets always carry an anchor, however old the next one is.
    function test_sixtyFiveOverdue() public {
        _queue(0, 65);
        skip(GRACE + 1);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(65, 63);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Overdue.selector, 63, BIRTH));
        _anchorAs(operator, size, root, path, forced);
        (size, root, path, forced) = _step(65, 64);
        _expectAnchored(size, root, 64, 65, BIRTH); // the 65th bounds what may be claimed
        _anchorAs(operator, size, root, path, forced);
    }

    /// @dev 64 settled carry the anchor; the next one may then run in the same block.
    function test_floodIsWorkedOffBackToBack() public {
        _queue(0, 130);
        skip(GRACE + 1);
        bytes32[] memory leaves = _withQueued(HELD, 0, 130);
        uint64 held = HELD;
        uint256 settled = 0;
        for (uint64 size = 134; size <= 136; ++size) {
            uint256 count = settled == 128 ? 2 : 64;
            bytes32[] memory part = Tree.slice(leaves, 0, size);
            IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](count);
            for (uint256 i = 0; i < count; ++i) {
                // The last ticket has its leaf at HELD + 129 = 134, which the first of these trees does not have.
                uint256 index = HELD + settled + i;
                forced[i] = IAccessLedger.Inclusion(part[index], uint64(index), Tree.inclusion(part, index, size));
            }
            _growTo(operator, part, held, size, forced);
            held = size;
            settled += count;
        }
        (,,,, uint64 included) = ledger.head(operator);
        assertEq(included, 130);
    }

    function test_tooMany() public {
        _queue(0, 2);
        (uint64 size, bytes32 root, bytes32[] memory path,) = _step(2, 2);
        IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](3);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TooManyForced.selector, 3, 2));
        _anchorAs(operator, size, root, path, forced);
        _queue(2, 70);
        (size, root, path,) = _step(72, 0);
        forced = new IAccessLedger.Inclusion[](65);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TooManyForced.selector, 65, 64));
        _anchorAs(operator, size, root, path, forced);
    }

    function test_tooManyOnAFirstHead() public {
        IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TooManyForced.selector, 1, 0));
        _anchorAs(rival, 3, KEY, noPath, forced);
    }

    function test_ticketsAreSettledInOrder() public {
        _queue(0, 2);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(2, 2);
        (forced[0], forced[1]) = (forced[1], forced[0]);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TicketMismatch.selector, 0, forced[0].leafHash));
        _anchorAs(operator, size, root, path, forced);
    }

    function test_otherLeafOfTheTreeIsNoTicket() public {
        _queue(0, 1);
        (uint64 size, bytes32 root, bytes32[] memory path,) = _step(1, 1);
        bytes32[] memory leaves = _withQueued(HELD, 0, 1);
        IAccessLedger.Inclusion[] memory forced = _shown(leaves, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TicketMismatch.selector, 0, leaves[2]));
        _anchorAs(operator, size, root, path, forced);
    }

    /// @dev The queue holds 27 bytes; the last 5 are checked by the path.
    function testFuzz_leafHashBitFlipped(uint8 bit) public {
        _queue(0, 1);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(1, 1);
        forced[0].leafHash ^= bytes32(uint256(1) << bit);
        bytes memory refusal = bit < 40
            ? abi.encodeWithSelector(IAccessLedger.NotIncluded.selector, 0, HELD)
            : abi.encodeWithSelector(IAccessLedger.TicketMismatch.selector, 0, forced[0].leafHash);
        vm.expectRevert(refusal);
        _anchorAs(operator, size, root, path, forced);
    }

    function testFuzz_wrongIndex(uint64 index) public {
        _queue(0, 2);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(2, 2);
        vm.assume(index != HELD + 1);
        forced[1].index = index;
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.NotIncluded.selector, 1, index));
        _anchorAs(operator, size, root, path, forced);
    }

    function testFuzz_pathBitFlipped(uint8 bit, uint256 place) public {
        _queue(0, 1);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(1, 1);
        forced[0].path[bound(place, 0, forced[0].path.length - 1)] ^= bytes32(uint256(1) << bit);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.NotIncluded.selector, 0, HELD));
        _anchorAs(operator, size, root, path, forced);
    }

    /// @dev The path must lead to the new root: that of the held tree shows nothing.
    function test_pathIntoAnotherTree() public {
        _queue(0, 1);
        (uint64 size, bytes32 root, bytes32[] memory path, IAccessLedger.Inclusion[] memory forced) = _step(1, 1);
        bytes32[] memory leaves = _withQueued(HELD, 0, 1);
        forced[0].path = Tree.inclusion(leaves, HELD, HELD + 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.NotIncluded.selector, 0, HELD));
        _anchorAs(operator, size, root, path, forced);
    }

    /// @dev A log holds each statement once, so a duplicate ticket must be settled by the same leaf.
    function test_twoTicketsOneLeaf() public {
        _queue(7, 1);
        _queue(7, 1);
        bytes32[] memory leaves = _withQueued(HELD, 7, 1);
        IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](2);
        forced[0] = forced[1] = _shown(leaves, HELD, 1)[0];
        _growTo(operator, leaves, HELD, uint64(leaves.length), forced);
        (,,, uint64 submitted, uint64 included) = ledger.head(operator);
        assertEq(submitted, 2);
        assertEq(included, 2);
    }

    /// @dev A statement that the log took long before its ticket: any index of the tree settles it.
    function test_leafOlderThanItsTicket() public {
        bytes32[] memory leaves = _withQueued(HELD, 0, 1);
        _growTo(operator, leaves, HELD, uint64(leaves.length));
        _queue(0, 1);
        bytes32[] memory longer = Tree.append(leaves, _leaf(99));
        _growTo(operator, longer, uint64(leaves.length), uint64(longer.length), _shown(longer, HELD, 1));
        (,,,, uint64 included) = ledger.head(operator);
        assertEq(included, 1);
    }

    /// @dev Only the log settles its tickets: another log with the same tree has none of them.
    function test_ticketsBelongToOneLog() public {
        _queue(0, 1);
        (uint64 size, bytes32 root,, IAccessLedger.Inclusion[] memory forced) = _step(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TooManyForced.selector, 1, 0));
        _anchorAs(rival, size, root, noPath, forced);
    }

    function test_settledTicketsAreNotSettledTwice() public {
        _queue(0, 2);
        bytes32[] memory leaves = _withQueued(HELD, 0, 2);
        _growTo(operator, leaves, HELD, uint64(leaves.length), _shown(leaves, HELD, 1));
        bytes32[] memory longer = Tree.append(leaves, _leaf(99));
        IAccessLedger.Inclusion[] memory again = _shown(longer, HELD, 1);
        bytes32 root = Tree.root(longer, longer.length);
        bytes32[] memory path = Tree.consistency(longer, leaves.length, longer.length);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.TicketMismatch.selector, 1, again[0].leafHash));
        _anchorAs(operator, uint64(longer.length), root, path, again);
    }
}
