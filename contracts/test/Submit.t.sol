// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessLedger} from "../src/interfaces/IAccessLedger.sol";
import {LedgerTest} from "./base/LedgerTest.sol";

contract SubmitTest is LedgerTest {
    function setUp() public override {
        super.setUp();
        _born(operator, 3);
    }

    function _expectSubmitted(uint64 number, bytes32 key, bytes memory statement) private {
        bytes32 leafHash = _statementLeaf(key, statement);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IAccessLedger.Submitted(operator, number, leafHash, key, statement);
    }

    function testFuzz_submit(bytes32 key, bytes calldata statement, uint32 later) public {
        vm.assume(statement.length > 0 && statement.length <= MAX_STATEMENT);
        skip(later);
        bytes32 leafHash = _statementLeaf(key, statement);
        _expectSubmitted(0, key, statement);
        vm.prank(requester);
        assertEq(ledger.submit(operator, key, statement), 0);
        (bytes27 leafHash27, uint40 submittedAt) = ledger.ticket(operator, 0);
        assertEq(leafHash27, bytes27(leafHash));
        assertEq(submittedAt, BIRTH + later);
    }

    /// @dev The opened case of the worked example in the statement format, with its published hashes.
    function test_leafHashOfTheWorkedExample() public {
        bytes memory signed = '{"signature":"0x73ce332a5d248fe3cb84e54c2ce1b6ccc23594d5ee5baf4fca0d63d1c265f9054a7bd0cd903538f4'
            'd04746c66608f5a4f47816a76a11909aec01b2d8c84917641c","statement":{"author":"0x19e7e376e7c213b7e7e'
            '7e46cc70a5dd086daff2a","company":"shop.example","digests":[],"facts":{"acting":"self","place":"I'
            'E","regime":"eu-gdpr","related":[]},"habeas":1,"kind":"case.opened","ledger":"habeas.example/mai'
            'n","recent_block":{"hash":"0xabababababababababababababababababababababababababababababababab","'
            'number":7}}}';
        assertEq(sha256(signed), 0x66355ce23a978172ee8fca2da0a3774b1a24978154c285ed2f73a8f950068715);
        bytes32 key = 0x86a3bbc211f57bfc14cfd7f335b8cda0ce75f66adb6ca9618e2e6900540d873d;
        ledger.submit(operator, key, signed);
        (bytes27 leafHash27,) = ledger.ticket(operator, 0);
        assertEq(leafHash27, bytes27(bytes32(0x867ca4e74b1f7f287eecdfcf13d4f7f8897dee0377134f0812dfed00c8c7b324)));
    }

    function test_ticketsCountUp() public {
        for (uint64 i = 0; i < 5; ++i) {
            assertEq(ledger.submit(operator, KEY, _body(i)), i);
        }
        (,,, uint64 submitted, uint64 included) = ledger.head(operator);
        assertEq(submitted, 5);
        assertEq(included, 0);
    }

    /// @dev If a duplicate reverted, anyone could copy a pending submission and make it fail.
    function test_duplicatesAreTaken() public {
        _queue(1, 1);
        vm.prank(stranger);
        assertEq(ledger.submit(operator, KEY, _body(1)), 1);
        (bytes27 first,) = ledger.ticket(operator, 0);
        (bytes27 second,) = ledger.ticket(operator, 1);
        assertEq(first, second);
    }

    function test_submitLeavesTheHeadAlone() public {
        (uint64 size, bytes32 root, uint64 anchoredAt,,) = ledger.head(operator);
        skip(7 days);
        _queue(0, 3);
        _assertHead(operator, size, root, anchoredAt, 3, 0);
    }

    function testFuzz_unbornLog(address log, bytes calldata statement) public {
        vm.assume(log != operator);
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.UnknownLog.selector, log));
        ledger.submit(log, KEY, statement);
    }

    function test_length() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.StatementLength.selector, 0));
        ledger.submit(operator, KEY, "");
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.StatementLength.selector, MAX_STATEMENT + 1));
        ledger.submit(operator, KEY, new bytes(MAX_STATEMENT + 1));
        ledger.submit(operator, KEY, new bytes(1));
        ledger.submit(operator, KEY, new bytes(MAX_STATEMENT));
    }

    /// @dev The log is looked at before the length.
    function test_orderOfChecks() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.UnknownLog.selector, rival));
        ledger.submit(rival, KEY, "");
    }

    /// @dev The bytes of an inner node, taken for a statement, get the leaf tag: they never hash to that node.
    function testFuzz_noInnerNodePassesForAStatement(bytes32 left, bytes32 right) public {
        bytes memory pair = bytes.concat(hex"01", left, right);
        bytes32 node = sha256(pair);
        ledger.submit(operator, left, bytes.concat(right));
        ledger.submit(operator, bytes32(0), pair);
        (bytes27 first,) = ledger.ticket(operator, 0);
        (bytes27 second,) = ledger.ticket(operator, 1);
        assertTrue(first != bytes27(node) && second != bytes27(node));
    }
}
