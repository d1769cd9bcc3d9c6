// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LedgerTest} from "./base/LedgerTest.sol";
import {Tree} from "./base/Tree.sol";

contract VerifyInclusionTest is LedgerTest {
    function test_everyLeafUpTo33() public {
        bytes32[] memory leaves = _leaves(33);
        for (uint64 size = 1; size <= 33; ++size) {
            address log = vm.addr(size);
            _anchorAs(log, size, Tree.root(leaves, size), noPath, _none());
            for (uint64 index = 0; index < size; ++index) {
                assertTrue(ledger.verifyInclusion(log, leaves[index], index, Tree.inclusion(leaves, index, size)));
            }
        }
    }

    function testFuzz_oneChange(uint8 a, uint8 b, uint8 bit, uint256 place, uint64 otherIndex) public {
        uint64 size = uint64(bound(a, 2, 100));
        uint64 index = uint64(bound(b, 0, size - 1));
        bytes32[] memory leaves = _born(operator, size);
        bytes32[] memory path = Tree.inclusion(leaves, index, size);
        bytes32 leaf = leaves[index];
        bytes32 flip = bytes32(uint256(1) << bit);
        vm.assume(otherIndex != index);

        assertTrue(ledger.verifyInclusion(operator, leaf, index, path));
        assertFalse(ledger.verifyInclusion(operator, leaf ^ flip, index, path), "leaf");
        assertFalse(ledger.verifyInclusion(operator, leaf, otherIndex, path), "index");
        uint64 near = uint64(bound(otherIndex, 0, 2 * size));
        if (near != index) {
            assertFalse(ledger.verifyInclusion(operator, leaf, near, path), "index in or near the tree");
        }
        assertFalse(ledger.verifyInclusion(operator, leaf, index, Tree.append(path, flip)), "too long");
        assertFalse(ledger.verifyInclusion(operator, leaf, index, Tree.slice(path, 0, path.length - 1)), "too short");
        assertFalse(ledger.verifyInclusion(rival, leaf, index, path), "another log");
        path[bound(place, 0, path.length - 1)] ^= flip;
        assertFalse(ledger.verifyInclusion(operator, leaf, index, path), "path");
    }

    function testFuzz_rootBitFlipped(uint8 bit) public {
        bytes32[] memory leaves = _leaves(7);
        bytes32 root = Tree.root(leaves, 7) ^ bytes32(uint256(1) << bit);
        _anchorAs(operator, 7, root, noPath, _none());
        assertFalse(ledger.verifyInclusion(operator, leaves[3], 3, Tree.inclusion(leaves, 3, 7)));
    }

    function testFuzz_unbornLog(address log, bytes32 leafHash, uint64 index, bytes32[] calldata path) public view {
        assertFalse(ledger.verifyInclusion(log, leafHash, index, path));
    }

    function testFuzz_junk(bytes32 leafHash, uint64 index, bytes32[] calldata path) public {
        _born(operator, 100);
        assertFalse(ledger.verifyInclusion(operator, leafHash, index, path));
    }

    /// @dev Only the newest head is known.
    function test_olderPathAnswersFalse() public {
        _born(operator, 5);
        bytes32[] memory leaves = _leaves(9);
        bytes32[] memory path = Tree.inclusion(leaves, 2, 5);
        assertTrue(ledger.verifyInclusion(operator, leaves[2], 2, path));
        _growTo(operator, leaves, 5, 9);
        assertFalse(ledger.verifyInclusion(operator, leaves[2], 2, path));
    }

    /// @dev Every node on every path, with the rest of that path, at every index: none passes for a leaf.
    function test_noInnerNodePassesUpTo20() public {
        bytes32[] memory leaves = _leaves(20);
        for (uint64 size = 2; size <= 20; ++size) {
            address log = vm.addr(size);
            _anchorAs(log, size, Tree.root(leaves, size), noPath, _none());
            for (uint64 index = 0; index < size; ++index) {
                _tryParents(log, leaves, size, index);
            }
        }
    }

    function _tryParents(address log, bytes32[] memory leaves, uint64 size, uint64 index) private view {
        bytes32[] memory path = Tree.inclusion(leaves, index, size);
        bytes32 node = leaves[index];
        uint256 start = index;
        uint256 width = 1;
        for (uint256 used = 0; used < path.length; ++used) {
            // Climb to the range that this sibling completes: a range is left if its start is even in its own width.
            while (start + width >= size && start / width % 2 == 0) width *= 2;
            node = start / width % 2 == 0 ? Tree.node(node, path[used]) : Tree.node(path[used], node);
            width *= 2;
            start -= start % width;
            bytes32[] memory rest = Tree.slice(path, used + 1, path.length);
            for (uint64 claimed = 0; claimed < size; ++claimed) {
                assertFalse(ledger.verifyInclusion(log, node, claimed, rest));
            }
        }
        assertEq(node, Tree.root(leaves, size), "the climb went wrong");
    }

    /// @dev Too little gas reverts; it never answers "false" to a true claim.
    function testFuzz_lowGasNeverLies(uint256 gasGiven) public {
        bytes32[] memory leaves = _born(operator, 100);
        bytes32[] memory path = Tree.inclusion(leaves, 41, 100);
        bytes memory call = abi.encodeCall(ledger.verifyInclusion, (operator, leaves[41], 41, path));
        (bool done, bytes memory answer) = address(ledger).staticcall{gas: bound(gasGiven, 0, 40_000)}(call);
        if (done) assertTrue(abi.decode(answer, (bool)));
    }
}
