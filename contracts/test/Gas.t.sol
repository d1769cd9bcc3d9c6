// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../src/interfaces/IAccessLedger.sol";
import {LedgerTest} from "./base/LedgerTest.sol";
import {Tree} from "./base/Tree.sol";

/// @notice Execution gas of typical calls, for `forge snapshot --check`: a change of one opcode shows. The figures that
///         are promised, whole transactions with 2^20 leaves, are measured by `python -m tests.bench.gas`.
contract GasTest is LedgerTest {
    bytes32 private rootOf8;
    bytes32 private rootOf100;
    bytes32[] private path37To100;
    bytes32[] private path8To10;
    bytes32 private rootOf10;
    IAccessLedger.Inclusion[] private oneTicket;
    bytes private statement900;

    function setUp() public override {
        super.setUp();
        bytes32[] memory leaves = _leaves(100);
        rootOf8 = Tree.root(leaves, 8);
        rootOf100 = Tree.root(leaves, 100);
        path37To100 = Tree.consistency(leaves, 37, 100);
        _born(operator, 37);

        _born(rival, 8);
        ledger.submit(rival, KEY, _body(0));
        bytes32[] memory withTicket = _withQueued(8, 0, 1);
        rootOf10 = Tree.root(withTicket, 10);
        path8To10 = Tree.consistency(withTicket, 8, 10);
        oneTicket.push(_shown(withTicket, 8, 1)[0]);
        statement900 = new bytes(900);
        for (uint256 i = 0; i < 900; ++i) {
            statement900[i] = "5";
        }
    }

    function test_gas_firstHead() public {
        vm.prank(stranger);
        ledger.anchor(8, rootOf8, noPath, _none());
    }

    function test_gas_noOp() public {
        vm.prank(rival);
        ledger.anchor(8, rootOf8, noPath, _none());
    }

    function test_gas_from37To100() public {
        vm.prank(operator);
        ledger.anchor(100, rootOf100, path37To100, _none());
    }

    function test_gas_oneTicket() public {
        vm.prank(rival);
        ledger.anchor(10, rootOf10, path8To10, oneTicket);
    }

    function test_gas_submit900Bytes() public {
        ledger.submit(operator, KEY, statement900);
    }
}
