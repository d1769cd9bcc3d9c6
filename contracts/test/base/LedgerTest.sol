// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../../../node_modules/@uniswap/v4-core/lib/forge-std/src/Test.sol";
import {AccessLedger} from "../../src/AccessLedger.sol";
import {IAccessLedger} from "../../src/interfaces/IAccessLedger.sol";
import {Tree} from "./Tree.sol";

/// @notice What every test of the ledger starts from: two logs, two people, and trees of numbered leaves.
/// @dev `vm.prank` and `vm.expectRevert` are used up by the next call, also by a call of precompile 2. So every helper
///      that hashes runs first, and `_anchorAs` and its kin take finished arguments.
abstract contract LedgerTest is Test {
    uint64 internal constant MAX_SIZE = 2 ** 53 - 1;
    uint256 internal constant MAX_STATEMENT = 8192;
    uint64 internal constant GRACE = 3600;
    uint64 internal constant BIRTH = 1_790_000_000;

    bytes32 internal constant KEY = bytes32(uint256(0x1111));
    bytes32[] internal noPath;

    AccessLedger internal ledger;
    address internal operator = makeAddr("operator"); // anchors the log under test
    address internal rival = makeAddr("rival"); // anchors another log
    address internal requester = makeAddr("requester"); // submits without the operator
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        ledger = new AccessLedger();
        vm.warp(BIRTH);
    }

    // --- trees ---------------------------------------------------------------------------------------------------

    function _leaf(uint256 number) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"00", "leaf ", number));
    }

    function _leaves(uint256 size) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            leaves[i] = _leaf(i);
        }
    }

    /// @dev Written out a second time, so that a wrong layout in the contract is seen.
    function _statementLeaf(bytes32 key, bytes memory statement) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", key, sha256(statement), hex"00000020", hex"01"));
    }

    function _body(uint256 number) internal pure returns (bytes memory) {
        return abi.encodePacked('{"signature":"0x', number, '"}');
    }

    // --- actions -------------------------------------------------------------------------------------------------

    /// @dev A first head of `size` numbered leaves for `log`.
    function _born(address log, uint64 size) internal returns (bytes32[] memory leaves) {
        leaves = _leaves(size);
        _anchorAs(log, size, Tree.root(leaves, size), noPath, _none());
    }

    function _anchorAs(
        address log,
        uint64 size,
        bytes32 root,
        bytes32[] memory consistency,
        IAccessLedger.Inclusion[] memory forced
    ) internal {
        vm.prank(log);
        ledger.anchor(size, root, consistency, forced);
    }

    function _growTo(address log, bytes32[] memory leaves, uint64 old, uint64 size) internal {
        _growTo(log, leaves, old, size, _none());
    }

    function _growTo(
        address log,
        bytes32[] memory leaves,
        uint64 old,
        uint64 size,
        IAccessLedger.Inclusion[] memory forced
    ) internal {
        bytes32 root = Tree.root(leaves, size);
        bytes32[] memory consistency = Tree.consistency(leaves, old, size);
        _anchorAs(log, size, root, consistency, forced);
    }

    /// @dev `count` statements, numbered from `first`, queued for the operator in this block.
    function _queue(uint256 first, uint256 count) internal {
        for (uint256 i = first; i < first + count; ++i) {
            vm.prank(requester);
            ledger.submit(operator, KEY, _body(i));
        }
    }

    // --- proofs --------------------------------------------------------------------------------------------------

    function _none() internal pure returns (IAccessLedger.Inclusion[] memory) {
        return new IAccessLedger.Inclusion[](0);
    }

    /// @dev A tree of `held` numbered leaves, the queued statements `first`, … `first + count - 1`, and one leaf more.
    function _withQueued(uint256 held, uint256 first, uint256 count) internal pure returns (bytes32[] memory leaves) {
        leaves = _leaves(held + count + 1);
        for (uint256 i = 0; i < count; ++i) {
            leaves[held + i] = _statementLeaf(KEY, _body(first + i));
        }
    }

    /// @dev Inclusions of leaves `start`, … `start + count - 1` in the whole of `leaves`.
    function _shown(bytes32[] memory leaves, uint256 start, uint256 count)
        internal
        pure
        returns (IAccessLedger.Inclusion[] memory forced)
    {
        forced = new IAccessLedger.Inclusion[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 index = start + i;
            forced[i] =
                IAccessLedger.Inclusion(leaves[index], uint64(index), Tree.inclusion(leaves, index, leaves.length));
        }
    }

    // --- expectations --------------------------------------------------------------------------------------------

    function _assertHead(address log, uint64 size, bytes32 root, uint64 anchoredAt, uint64 submitted, uint64 included)
        internal
        view
    {
        (uint64 size_, bytes32 root_, uint64 anchoredAt_, uint64 submitted_, uint64 included_) = ledger.head(log);
        assertEq(size_, size, "size");
        assertEq(root_, root, "root");
        assertEq(anchoredAt_, anchoredAt, "anchoredAt");
        assertEq(submitted_, submitted, "submitted");
        assertEq(included_, included, "included");
    }

    function _expectAnchored(uint64 size, bytes32 root, uint64 included, uint64 submitted, uint64 completeTo) internal {
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IAccessLedger.Anchored(operator, size, root, included, submitted, completeTo);
    }
}
