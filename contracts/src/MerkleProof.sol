// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title RFC 9162 section 2.1 with SHA-256: leaf hash, inclusion, consistency
/// @dev The two loops are in assembly because each level costs a call of precompile 2, and the compiler would copy its
///      input twice per call. Both follow the steps of the RFC by number. A plain twin is fuzzed against them in the tests.
///
///      Shared by both loops: the 65-byte input 01 ‖ left ‖ right lies in free memory (not in scratch space: it would
///      reach the free-memory pointer), the tag is written once, and a hash is read back from memory behind the input.
///      A right sibling with an even fn stands on the right edge, where fn = sn and sn is not 0: so the inner loops,
///      which climb to the next level that has a sibling, find a set bit and end.
///      A precompile call fails only for want of gas. Then `alive` falls to 0 and the whole call reverts: a true claim
///      is never answered with "false" because gas ran out.
library MerkleProof {
    /// @notice Hash of a statement leaf: key (32) ‖ SHA-256(statement) (32) ‖ 00000020 ‖ 01, behind the leaf tag 00.
    /// @dev The last five bytes say that one digest of bytes kept beside the tree stands at offset 32.
    function statementLeafHash(bytes32 key, bytes calldata statement) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"00", key, sha256(statement), hex"0000002001"));
    }

    /// @notice RFC 9162 2.1.3.2: is `leafHash` at `index` in the tree of `size` leaves with `root`?
    /// @dev A path of another length than the RFC's is refused, so a proof has one spelling.
    function includes(bytes32 leafHash, uint256 index, uint256 size, bytes32[] calldata path, bytes32 root)
        internal
        view
        returns (bool ok)
    {
        if (index >= size) return false; // step 1
        // slither-disable-next-line assembly -- see the note on this library
        assembly ("memory-safe") {
            let input := mload(0x40)
            let left := add(input, 1)
            let right := add(input, 33)
            mstore8(input, 1)
            let fn := index // step 2
            let sn := sub(size, 1)
            let r := leafHash // step 3
            let alive := 1
            let cursor := path.offset
            let end := add(cursor, shl(5, path.length))
            // step 4: the loop ends when either is used up; a path that is too long leaves cursor below end
            for {} mul(sn, lt(cursor, end)) { cursor := add(cursor, 32) } {
                switch or(and(fn, 1), eq(fn, sn))
                case 0 {
                    mstore(left, r)
                    mstore(right, calldataload(cursor))
                }
                default {
                    mstore(left, calldataload(cursor))
                    mstore(right, r)
                    for {} iszero(and(fn, 1)) {} {
                        fn := shr(1, fn)
                        sn := shr(1, sn)
                    }
                }
                alive := and(alive, staticcall(gas(), 2, input, 65, left, 32))
                r := mload(left)
                fn := shr(1, fn)
                sn := shr(1, sn)
            }
            if iszero(alive) { revert(0, 0) }
            ok := and(and(iszero(sn), eq(r, root)), eq(cursor, end)) // step 5
        }
    }

    /// @notice RFC 9162 2.1.4.2: does the tree (`newSize`, `newRoot`) extend the tree (`oldSize`, `oldRoot`)?
    /// @dev Needs 0 < oldSize < newSize; the callers check it.
    function extends(uint256 oldSize, bytes32 oldRoot, uint256 newSize, bytes32 newRoot, bytes32[] calldata path)
        internal
        view
        returns (bool ok)
    {
        if (path.length == 0) return false; // step 1
        // slither-disable-next-line assembly -- see the note on this library
        assembly ("memory-safe") {
            let input := mload(0x40)
            let left := add(input, 1)
            let right := add(input, 33)
            mstore8(input, 1)
            let fn := sub(oldSize, 1) // step 3
            let sn := sub(newSize, 1)
            let cursor := path.offset
            let end := add(cursor, shl(5, path.length))
            let fr := oldRoot // step 2: a complete old tree is itself the first node
            if and(oldSize, fn) {
                fr := calldataload(cursor)
                cursor := add(cursor, 32)
            }
            // step 4
            for {} and(fn, 1) {} {
                fn := shr(1, fn)
                sn := shr(1, sn)
            }
            let sr := fr // step 5
            let alive := 1
            // step 6a: the loop ends when either is used up; a path that is too long leaves cursor below end
            for {} mul(sn, lt(cursor, end)) { cursor := add(cursor, 32) } {
                switch or(and(fn, 1), eq(fn, sn))
                case 0 {
                    mstore(left, sr)
                    mstore(right, calldataload(cursor))
                    alive := and(alive, staticcall(gas(), 2, input, 65, left, 32))
                    sr := mload(left)
                }
                default {
                    mstore(left, calldataload(cursor))
                    mstore(right, fr)
                    alive := and(alive, staticcall(gas(), 2, input, 65, right, 32))
                    fr := mload(right)
                    mstore(right, sr)
                    alive := and(alive, staticcall(gas(), 2, input, 65, right, 32))
                    sr := mload(right)
                    for {} iszero(and(fn, 1)) {} {
                        fn := shr(1, fn)
                        sn := shr(1, sn)
                    }
                }
                fn := shr(1, fn)
                sn := shr(1, sn)
            }
            if iszero(alive) { revert(0, 0) }
            ok := and(and(iszero(sn), eq(cursor, end)), and(eq(fr, oldRoot), eq(sr, newRoot))) // step 7
        }
    }
}
