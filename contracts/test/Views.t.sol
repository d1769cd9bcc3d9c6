// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "../../node_modules/@uniswap/v4-core/lib/forge-std/src/Vm.sol";
import {AccessLedger} from "../src/AccessLedger.sol";
import {LedgerTest} from "./base/LedgerTest.sol";
import {Tree} from "./base/Tree.sol";

/// @notice `head`, `ticket`, the storage layout that state proofs read, and the constructor.
contract ViewsTest is LedgerTest {
    function testFuzz_nothingIsThere(address log, uint64 number) public view {
        _assertHead(log, 0, bytes32(0), 0, 0, 0);
        (bytes27 leafHash27, uint40 submittedAt) = ledger.ticket(log, number);
        assertEq(leafHash27, bytes27(0));
        assertEq(submittedAt, 0);
    }

    /// @dev Each field of the packed word alone, so that no field leaks into its neighbour.
    function testFuzz_headUnpacksItsWord(
        uint64 size,
        uint64 anchoredAt,
        uint64 submitted,
        uint64 included,
        bytes32 root
    ) public {
        bytes32 slot = keccak256(abi.encode(operator, uint256(0)));
        vm.store(address(ledger), slot, bytes32(abi.encodePacked(included, submitted, anchoredAt, size)));
        vm.store(address(ledger), bytes32(uint256(slot) + 1), root);
        _assertHead(operator, size, root, anchoredAt, submitted, included);
    }

    function test_storageLayout() public {
        _born(operator, 5);
        skip(60);
        _queue(0, 2);
        bytes32[] memory leaves = _withQueued(5, 0, 2);
        skip(60);
        _growTo(operator, leaves, 5, 8, _shown(leaves, 5, 1));

        bytes32 slot = keccak256(abi.encode(operator, uint256(0)));
        bytes32 word = bytes32(abi.encodePacked(uint64(1), uint64(2), BIRTH + 120, uint64(8)));
        assertEq(vm.load(address(ledger), slot), word, "size is lowest, then anchoredAt, submitted, included");
        assertEq(vm.load(address(ledger), bytes32(uint256(slot) + 1)), Tree.root(leaves, 8));

        bytes32 queue = keccak256(abi.encode(operator, uint256(1)));
        for (uint256 number = 0; number < 2; ++number) {
            bytes32 held = vm.load(address(ledger), keccak256(abi.encode(number, queue)));
            bytes32 leafHash = leaves[5 + number];
            assertEq(held, bytes32(abi.encodePacked(bytes27(leafHash), uint40(BIRTH + 60))));
        }
    }

    function test_settledTicketsStayReadable() public {
        _born(operator, 5);
        _queue(0, 1);
        bytes32[] memory leaves = _withQueued(5, 0, 1);
        _growTo(operator, leaves, 5, 7, _shown(leaves, 5, 1));
        (bytes27 leafHash27, uint40 submittedAt) = ledger.ticket(operator, 0);
        assertEq(leafHash27, bytes27(leaves[5]));
        assertEq(submittedAt, BIRTH);
    }

    /// @dev Two events are all that a reader needs to rebuild the state.
    function test_eventsCarryTheState() public {
        vm.recordLogs();
        _born(operator, 5);
        _queue(0, 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], keccak256("Anchored(address,uint64,bytes32,uint64,uint64,uint64)"));
        assertEq(logs[0].topics[1], bytes32(uint256(uint160(operator))));
        assertEq(logs[0].topics.length, 2);
        assertEq(logs[1].topics[0], keccak256("Submitted(address,uint64,bytes32,bytes32,bytes)"));
        assertEq(logs[1].topics[1], bytes32(uint256(uint160(operator))));
        assertEq(logs[1].topics[2], bytes32(uint256(0)));
        assertEq(logs[1].topics.length, 3);
    }

    /// @dev A chain whose address 2 hashes wrongly, or not at all, cannot host the contract.
    function test_constructorChecksThePrecompile() public {
        vm.mockCall(address(2), "", abi.encode(bytes32(uint256(1))));
        vm.expectRevert();
        new AccessLedger();
        vm.clearMockedCalls();
        assertGt(address(new AccessLedger()).code.length, 0);
    }
}
