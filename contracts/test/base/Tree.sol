// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice RFC 9162 section 2.1 as its recursive definitions read: trees and proofs for the tests.
library Tree {
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }

    function root(bytes32[] memory leaves, uint256 size) internal pure returns (bytes32) {
        return root(leaves, 0, size);
    }

    function root(bytes32[] memory leaves, uint256 start, uint256 end) internal pure returns (bytes32) {
        if (end - start == 1) return leaves[start];
        uint256 middle = start + split(end - start);
        return node(root(leaves, start, middle), root(leaves, middle, end));
    }

    function inclusion(bytes32[] memory leaves, uint256 index, uint256 size) internal pure returns (bytes32[] memory) {
        return _inclusion(leaves, index, 0, size);
    }

    function consistency(bytes32[] memory leaves, uint256 old, uint256 size) internal pure returns (bytes32[] memory) {
        return _consistency(leaves, old, 0, size, true);
    }

    /// @notice The largest power of two below `size`, for size > 1.
    function split(uint256 size) internal pure returns (uint256 power) {
        power = 1;
        while (power * 2 < size) power *= 2;
    }

    function append(bytes32[] memory path, bytes32 last) internal pure returns (bytes32[] memory longer) {
        longer = new bytes32[](path.length + 1);
        for (uint256 i = 0; i < path.length; ++i) {
            longer[i] = path[i];
        }
        longer[path.length] = last;
    }

    function slice(bytes32[] memory path, uint256 start, uint256 end) internal pure returns (bytes32[] memory part) {
        part = new bytes32[](end - start);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = path[start + i];
        }
    }

    function _inclusion(bytes32[] memory leaves, uint256 index, uint256 start, uint256 end)
        private
        pure
        returns (bytes32[] memory)
    {
        if (end - start == 1) return new bytes32[](0);
        uint256 middle = start + split(end - start);
        if (index < middle) return append(_inclusion(leaves, index, start, middle), root(leaves, middle, end));
        return append(_inclusion(leaves, index, middle, end), root(leaves, start, middle));
    }

    function _consistency(bytes32[] memory leaves, uint256 old, uint256 start, uint256 end, bool whole)
        private
        pure
        returns (bytes32[] memory)
    {
        if (old == end) return whole ? new bytes32[](0) : append(new bytes32[](0), root(leaves, start, end));
        uint256 middle = start + split(end - start);
        if (old <= middle) {
            return append(_consistency(leaves, old, start, middle, whole), root(leaves, middle, end));
        }
        return append(_consistency(leaves, old, middle, end, false), root(leaves, start, middle));
    }
}
