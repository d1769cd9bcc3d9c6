// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../src/interfaces/IAccessLedger.sol";
import {LedgerTest} from "./base/LedgerTest.sol";
import {Tree} from "./base/Tree.sol";

/// @notice `anchor` without tickets: checks 1 to 3 and 7 of the interface.
contract AnchorTest is LedgerTest {
    function test_firstHead() public {
        bytes32 root = Tree.root(_leaves(5), 5);
        _expectAnchored(5, root, 0, 0, BIRTH);
        _anchorAs(operator, 5, root, noPath, _none());
        _assertHead(operator, 5, root, BIRTH, 0, 0);
    }

    function test_firstHeadTakesAnyRoot() public {
        _anchorAs(operator, MAX_SIZE, bytes32(0), noPath, _none());
        _assertHead(operator, MAX_SIZE, bytes32(0), BIRTH, 0, 0);
    }

    function test_firstHeadRefusesAPath() public {
        bytes32[] memory path = new bytes32[](1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Inconsistent.selector, 0, 5));
        _anchorAs(operator, 5, KEY, path, _none());
    }

    function test_everyStepUpTo40() public {
        bytes32[] memory leaves = _leaves(40);
        for (uint64 old = 1; old < 40; ++old) {
            for (uint64 size = old + 1; size <= 40; ++size) {
                address log = vm.addr(uint256(old) * 64 + size);
                _anchorAs(log, old, Tree.root(leaves, old), noPath, _none());
                _growTo(log, leaves, old, size);
                _assertHead(log, size, Tree.root(leaves, size), BIRTH, 0, 0);
            }
        }
    }

    function testFuzz_grow(uint8 a, uint8 b, uint32 later) public {
        uint64 old = uint64(bound(a, 1, 99));
        uint64 size = uint64(bound(b, old + 1, 100));
        bytes32[] memory leaves = _leaves(size);
        _born(operator, old);
        skip(later);
        uint64 nowThen = BIRTH + later;
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.consistency(leaves, old, size);
        _expectAnchored(size, root, 0, 0, nowThen);
        _anchorAs(operator, size, root, path, _none());
        _assertHead(operator, size, root, nowThen, 0, 0);
    }

    function test_sameHeadIsANoOp() public {
        bytes32[] memory leaves = _born(operator, 5);
        bytes32 root = Tree.root(leaves, 5);
        skip(10 * GRACE);
        vm.record();
        vm.recordLogs();
        _anchorAs(operator, 5, root, noPath, _none());
        assertEq(vm.getRecordedLogs().length, 0, "a no-op emits nothing");
        _assertNothingWritten();
        _assertHead(operator, 5, root, BIRTH, 0, 0);
    }

    function test_sameHeadIsANoOpWhateverElseIsGiven() public {
        bytes32[] memory leaves = _born(operator, 5);
        _queue(0, 1);
        skip(10 * GRACE); // the ticket is overdue: a refreshed head would claim silence
        bytes32 root = Tree.root(leaves, 5);
        bytes32[] memory junk = new bytes32[](3);
        IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](70);
        vm.record();
        vm.recordLogs();
        _anchorAs(operator, 5, root, junk, forced);
        assertEq(vm.getRecordedLogs().length, 0, "a no-op emits nothing");
        _assertNothingWritten();
        _assertHead(operator, 5, root, BIRTH, 1, 0);
    }

    function test_sameSizeOtherRootIsAFork() public {
        bytes32[] memory leaves = _born(operator, 5);
        bytes32 root = Tree.root(leaves, 5);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Fork.selector, 5, root, KEY));
        _anchorAs(operator, 5, KEY, noPath, _none());
    }

    function test_sizeZero() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.SizeInvalid.selector, 0, 0));
        _anchorAs(operator, 0, bytes32(0), noPath, _none());
        _born(operator, 5);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.SizeInvalid.selector, 5, 0));
        _anchorAs(operator, 0, bytes32(0), noPath, _none());
    }

    function testFuzz_sizeNeverFalls(uint8 a, uint8 b, bytes32 root, bytes32[] calldata path) public {
        uint64 held = uint64(bound(a, 2, 60));
        uint64 size = uint64(bound(b, 1, held - 1));
        _born(operator, held);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.SizeInvalid.selector, held, size));
        _anchorAs(operator, size, root, path, _none());
    }

    function testFuzz_sizeAboveTheLimit(uint64 size) public {
        size = uint64(bound(size, MAX_SIZE + 1, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.SizeInvalid.selector, 0, size));
        _anchorAs(operator, size, KEY, noPath, _none());
    }

    /// @dev Check 1 comes before check 2, check 2 before check 3, check 3 before check 4.
    function test_orderOfChecks() public {
        bytes32[] memory leaves = _born(operator, 5);
        bytes32 root = Tree.root(leaves, 5);
        bytes32[] memory junk = new bytes32[](1);
        IAccessLedger.Inclusion[] memory forced = new IAccessLedger.Inclusion[](1);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Fork.selector, 5, root, KEY));
        _anchorAs(operator, 5, KEY, junk, forced);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.SizeInvalid.selector, 5, 4));
        _anchorAs(operator, 4, KEY, junk, forced);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Inconsistent.selector, 5, 6));
        _anchorAs(operator, 6, KEY, junk, forced);
    }

    /// @dev Flip one bit of each part of a good step, each alone.
    function testFuzz_oneBitFlipped(uint8 a, uint8 b, uint8 bit, uint256 place) public {
        uint64 old = uint64(bound(a, 1, 39));
        uint64 size = uint64(bound(b, old + 1, 40));
        bytes32[] memory leaves = _leaves(size);
        bytes32 oldRoot = Tree.root(leaves, old);
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.consistency(leaves, old, size);
        bytes32 flip = bytes32(uint256(1) << bit);
        bytes memory refusal = abi.encodeWithSelector(IAccessLedger.Inconsistent.selector, old, size);

        _anchorAs(operator, old, oldRoot, noPath, _none());
        vm.expectRevert(refusal);
        _anchorAs(operator, size, root ^ flip, path, _none());

        _anchorAs(rival, old, oldRoot ^ flip, noPath, _none());
        vm.expectRevert(refusal);
        _anchorAs(rival, size, root, path, _none());

        path[bound(place, 0, path.length - 1)] ^= flip;
        vm.expectRevert(refusal);
        _anchorAs(operator, size, root, path, _none());
    }

    function testFuzz_pathLength(uint8 a, uint8 b, bytes32 extra) public {
        uint64 old = uint64(bound(a, 1, 39));
        uint64 size = uint64(bound(b, old + 1, 40));
        bytes32[] memory leaves = _born(operator, old);
        leaves = _leaves(size);
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.consistency(leaves, old, size);
        bytes memory refusal = abi.encodeWithSelector(IAccessLedger.Inconsistent.selector, old, size);
        vm.expectRevert(refusal);
        _anchorAs(operator, size, root, Tree.slice(path, 0, path.length - 1), _none());
        vm.expectRevert(refusal);
        _anchorAs(operator, size, root, Tree.slice(path, 1, path.length), _none());
        vm.expectRevert(refusal);
        _anchorAs(operator, size, root, Tree.append(path, extra), _none());
        _anchorAs(operator, size, root, path, _none());
    }

    /// @dev A leaf before the held size changes: no path leads from the held root to such a tree.
    function testFuzz_rewriting(uint8 a, uint8 b, uint8 c, bytes32 other) public {
        uint64 old = uint64(bound(a, 1, 39));
        uint64 size = uint64(bound(b, old + 1, 40));
        _born(operator, old);
        bytes32[] memory leaves = _leaves(size);
        vm.assume(other != leaves[c % old]);
        leaves[c % old] = other;
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.consistency(leaves, old, size);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Inconsistent.selector, old, size));
        _anchorAs(operator, size, root, path, _none());
    }

    function test_logsAreSeparate() public {
        bytes32[] memory leaves = _born(operator, 5);
        _assertHead(rival, 0, bytes32(0), 0, 0, 0);
        _born(rival, 3);
        _growTo(operator, _leaves(9), 5, 9);
        _assertHead(rival, 3, Tree.root(leaves, 3), BIRTH, 0, 0);
    }

    function test_noEther() public {
        vm.deal(stranger, 3 ether);
        vm.startPrank(stranger);
        (bool plain,) = address(ledger).call{value: 1 ether}("");
        bytes memory call = abi.encodeCall(IAccessLedger.anchor, (1, KEY, noPath, _none()));
        (bool withCall,) = address(ledger).call{value: 1 ether}(call);
        assertFalse(plain || withCall);
        assertEq(address(ledger).balance, 0);
    }

    function _assertNothingWritten() private {
        (, bytes32[] memory written) = vm.accesses(address(ledger));
        assertEq(written.length, 0, "a no-op writes nothing");
    }
}
