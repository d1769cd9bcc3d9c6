// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../../node_modules/@uniswap/v4-core/lib/forge-std/src/Test.sol";
import {MerkleProof} from "../src/MerkleProof.sol";
import {MerkleProofCaller, MerkleTwin} from "./base/MerkleTwin.sol";
import {Tree} from "./base/Tree.sol";

/// @notice The assembly of MerkleProof against its plain twin, on good, nearly good and arbitrary input.
contract MerkleProofTest is Test {
    MerkleProofCaller private merkle;

    function setUp() public {
        merkle = new MerkleProofCaller();
    }

    function _leaves(uint256 size, bytes32 seed) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    function _sameInclusion(bytes32 leaf, uint256 index, uint256 size, bytes32[] memory path, bytes32 root)
        private
        view
        returns (bool verdict)
    {
        verdict = MerkleTwin.includes(leaf, index, size, path, root);
        assertEq(merkle.includes(leaf, index, size, path, root), verdict, "inclusion differs from the twin");
    }

    function _sameConsistency(uint256 old, bytes32 oldRoot, uint256 size, bytes32 root, bytes32[] memory path)
        private
        view
        returns (bool verdict)
    {
        verdict = MerkleTwin.extends(old, oldRoot, size, root, path);
        assertEq(merkle.extends(old, oldRoot, size, root, path), verdict, "consistency differs from the twin");
    }

    /// @dev An arbitrary path folds to some root by the twin: with that root the proof is good. It reaches sizes that no
    ///      test could build a tree for.
    function _foldedInclusion(bytes32 leaf, uint256 index, uint256 size, uint256 seed)
        private
        pure
        returns (bytes32[] memory path, bytes32 root)
    {
        uint256 length = 0;
        (uint256 fn, uint256 sn) = (index, size - 1);
        for (; sn > 0; (fn, sn) = (fn >> 1, sn >> 1)) {
            if (fn & 1 == 1 || fn < sn) ++length;
        }
        path = _leaves(length, bytes32(seed));
        (fn, sn, root) = (index, size - 1, leaf);
        for (uint256 i = 0; sn > 0; (fn, sn) = (fn >> 1, sn >> 1)) {
            if (fn & 1 == 1) root = Tree.node(path[i++], root);
            else if (fn < sn) root = Tree.node(root, path[i++]);
        }
    }

    function testFuzz_largeInclusion(bytes32 leaf, uint64 index, uint64 size, uint256 seed, uint64 other) public view {
        size = uint64(bound(size, 1, 2 ** 53 - 1));
        index = uint64(bound(index, 0, size - 1));
        (bytes32[] memory path, bytes32 root) = _foldedInclusion(leaf, index, size, seed);
        assertTrue(_sameInclusion(leaf, index, size, path, root), "a good proof");
        other = uint64(bound(other, 0, size - 1));
        _sameInclusion(leaf, other, size, path, root);
        _sameInclusion(leaf, index, bound(seed, 1, 2 ** 53 - 1), path, root);
        if (path.length > 0) {
            assertFalse(_sameInclusion(leaf, index, size, Tree.slice(path, 0, path.length - 1), root));
            path[seed % path.length] ^= bytes32(uint256(1) << (seed % 256));
            assertFalse(_sameInclusion(leaf, index, size, path, root));
        }
        assertFalse(_sameInclusion(leaf, index, size, Tree.append(path, leaf), root));
    }

    function testFuzz_inclusion(uint256 a, uint256 b, uint256 c, uint256 d, bytes32 seed) public view {
        uint256 size = bound(a, 1, 64);
        uint256 index = bound(b, 0, size - 1);
        bytes32[] memory leaves = _leaves(size, seed);
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.inclusion(leaves, index, size);
        assertTrue(_sameInclusion(leaves[index], index, size, path, root));
        _sameInclusion(leaves[index], bound(c, 0, 70), bound(d, 1, 70), path, root);
    }

    function testFuzz_consistency(uint256 a, uint256 b, uint256 c, uint256 d, bytes32 seed) public view {
        uint256 size = bound(a, 2, 64);
        uint256 old = bound(b, 1, size - 1);
        bytes32[] memory leaves = _leaves(size, seed);
        bytes32 oldRoot = Tree.root(leaves, old);
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.consistency(leaves, old, size);
        assertTrue(_sameConsistency(old, oldRoot, size, root, path));
        // Sizes near the true ones: the twin decides, for a consistency path does not authenticate them.
        uint256 claimed = bound(c, 2, 70);
        _sameConsistency(bound(d, 1, claimed - 1), oldRoot, claimed, root, path);
    }

    function testFuzz_consistencyOneBit(uint256 a, uint256 b, uint8 bit, uint256 place, bytes32 seed) public view {
        uint256 size = bound(a, 2, 64);
        uint256 old = bound(b, 1, size - 1);
        bytes32[] memory leaves = _leaves(size, seed);
        bytes32 oldRoot = Tree.root(leaves, old);
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory path = Tree.consistency(leaves, old, size);
        bytes32 flip = bytes32(uint256(1) << bit);
        assertFalse(_sameConsistency(old, oldRoot ^ flip, size, root, path));
        assertFalse(_sameConsistency(old, oldRoot, size, root ^ flip, path));
        assertFalse(_sameConsistency(old, oldRoot, size, root, Tree.append(path, flip)));
        path[place % path.length] ^= flip;
        assertFalse(_sameConsistency(old, oldRoot, size, root, path));
    }

    /// @dev Nothing but noise: both must refuse, and agree.
    function testFuzz_noise(uint64 old, uint64 size, bytes32 oldRoot, bytes32 root, bytes32[] memory path) public view {
        size = uint64(bound(size, 2, 2 ** 53 - 1));
        old = uint64(bound(old, 1, size - 1));
        _sameConsistency(old, oldRoot, size, root, path);
        _sameInclusion(root, old, size, path, oldRoot);
    }

    function testFuzz_statementLeafHash(bytes32 key, bytes calldata statement) public view {
        bytes memory leaf = bytes.concat(key, sha256(statement), hex"0000002001");
        assertEq(leaf.length, 69);
        assertEq(merkle.statementLeafHash(key, statement), sha256(bytes.concat(hex"00", leaf)));
    }

    /// @dev Memory that Solidity relies on is as it was: the free-memory pointer and what lies below it.
    function testFuzz_memoryIsLeftAlone(bytes32 seed) public view {
        bytes32[] memory leaves = _leaves(9, seed);
        bytes32[] memory path = Tree.consistency(leaves, 5, 9);
        bytes32 root = Tree.root(leaves, 9);
        bytes32 oldRoot = Tree.root(leaves, 5);
        assertTrue(this.keepsMemory(oldRoot, root, path));
    }

    /// @dev The library is inlined here, so its assembly runs in this frame's memory.
    function keepsMemory(bytes32 oldRoot, bytes32 root, bytes32[] calldata path) external view returns (bool) {
        bytes memory canary = bytes.concat(oldRoot, root, oldRoot);
        (uint256 pointer, uint256 zero) = _reserved();
        bool verdict = MerkleProof.extends(5, oldRoot, 9, root, path);
        MerkleProof.includes(root, 3, 9, path, oldRoot);
        (uint256 pointerAfter, uint256 zeroAfter) = _reserved();
        bytes memory next = new bytes(3); // new memory is taken where the assembly worked
        return verdict && pointer == pointerAfter && zero == 0 && zeroAfter == 0 && next.length == 3
            && keccak256(canary) == keccak256(bytes.concat(oldRoot, root, oldRoot));
    }

    function _reserved() private pure returns (uint256 pointer, uint256 zero) {
        assembly {
            pointer := mload(0x40)
            zero := mload(0x60)
        }
    }
}
