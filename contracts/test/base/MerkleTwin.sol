// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "../../src/MerkleProof.sol";
import {Tree} from "./Tree.sol";

/// @notice The checks of MerkleProof in plain Solidity and by another way: from the root down, by the recursive
///         definition of the paths, where MerkleProof climbs from the leaf as RFC 9162 2.1.3.2 and 2.1.4.2 do.
library MerkleTwin {
    function includes(bytes32 leafHash, uint256 index, uint256 size, bytes32[] memory path, bytes32 root)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        (bool defined, bytes32 computed) = _fold(leafHash, index, size, path, path.length);
        return defined && computed == root;
    }

    function extends(uint256 oldSize, bytes32 oldRoot, uint256 newSize, bytes32 newRoot, bytes32[] memory path)
        internal
        pure
        returns (bool)
    {
        (bool defined, bytes32 fr, bytes32 sr) = _foldBoth(oldSize, newSize, path, path.length, true, oldRoot);
        return defined && fr == oldRoot && sr == newRoot;
    }

    function _fold(bytes32 leafHash, uint256 index, uint256 size, bytes32[] memory path, uint256 used)
        private
        pure
        returns (bool defined, bytes32 computed)
    {
        if (size == 1) return (used == 0, leafHash);
        if (used == 0) return (false, 0);
        uint256 k = Tree.split(size);
        bytes32 sibling = path[used - 1];
        if (index < k) {
            (defined, computed) = _fold(leafHash, index, k, path, used - 1);
            return (defined, Tree.node(computed, sibling));
        }
        (defined, computed) = _fold(leafHash, index - k, size - k, path, used - 1);
        return (defined, Tree.node(sibling, computed));
    }

    function _foldBoth(uint256 old, uint256 size, bytes32[] memory path, uint256 used, bool whole, bytes32 oldRoot)
        private
        pure
        returns (bool defined, bytes32 fr, bytes32 sr)
    {
        if (old == size) {
            if (whole) return (used == 0, oldRoot, oldRoot);
            return used == 1 ? (true, path[0], path[0]) : (false, bytes32(0), bytes32(0));
        }
        if (used == 0) return (false, 0, 0);
        uint256 k = Tree.split(size);
        bytes32 sibling = path[used - 1];
        if (old <= k) {
            (defined, fr, sr) = _foldBoth(old, k, path, used - 1, whole, oldRoot);
            return (defined, fr, Tree.node(sr, sibling));
        }
        (defined, fr, sr) = _foldBoth(old - k, size - k, path, used - 1, false, oldRoot);
        return (defined, Tree.node(sibling, fr), Tree.node(sibling, sr));
    }
}

/// @notice Gives the tests calldata arrays to call the library with.
contract MerkleProofCaller {
    function includes(bytes32 leafHash, uint256 index, uint256 size, bytes32[] calldata path, bytes32 root)
        external
        view
        returns (bool)
    {
        return MerkleProof.includes(leafHash, index, size, path, root);
    }

    function extends(uint256 oldSize, bytes32 oldRoot, uint256 newSize, bytes32 newRoot, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        return MerkleProof.extends(oldSize, oldRoot, newSize, newRoot, path);
    }

    function statementLeafHash(bytes32 key, bytes calldata statement) external pure returns (bytes32) {
        return MerkleProof.statementLeafHash(key, statement);
    }
}
