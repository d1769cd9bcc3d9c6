// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "../../../node_modules/@uniswap/v4-core/lib/forge-std/src/Test.sol";
import {Vm} from "../../../node_modules/@uniswap/v4-core/lib/forge-std/src/Vm.sol";
import {AccessLedger} from "../../src/AccessLedger.sol";
import {IAccessLedger} from "../../src/interfaces/IAccessLedger.sol";
import {Tree} from "./Tree.sol";

/// @notice Drives two logs and their queues at random, and keeps a model of what the contract must hold.
contract LedgerHandler is Test {
    uint64 private constant GRACE = 3600;
    bytes32 private constant KEY = bytes32(uint256(7));

    struct Model {
        bytes32[] leaves; // the whole tree of the newest head
        bytes32[] queue; // leaf hash of each ticket
        uint64[] queuedAt;
        uint64 included;
        uint64 completeTo;
        uint64 anchoredAt;
        uint256 anchors;
    }

    AccessLedger public immutable ledger;
    address[2] public actors = [address(0xA11CE), address(0xB0B)];
    mapping(address log => Model) private models;
    uint256 public overdueRefusals;

    constructor(AccessLedger ledger_) {
        ledger = ledger_;
    }

    function model(address log) external view returns (Model memory) {
        return models[log];
    }

    // --- what may happen -----------------------------------------------------------------------------------------

    function wait_(uint16 given) external {
        skip(given % 1500);
    }

    function submit(bool which, uint8 burst, bytes32 body, bool repeat) external {
        address log = _log(which);
        Model storage m = models[log];
        if (m.leaves.length == 0) return _submitTooEarly(log);
        uint256 count = burst % 8 == 0 ? 40 : 1 + burst % 3;
        for (uint256 i = 0; i < count; ++i) {
            bytes memory statement = abi.encode(body, repeat ? 0 : i);
            bytes32 leafHash = sha256(bytes.concat(hex"00", KEY, sha256(statement), hex"0000002001"));
            assertEq(ledger.submit(log, KEY, statement), m.queue.length);
            m.queue.push(leafHash);
            m.queuedAt.push(uint64(block.timestamp));
        }
    }

    /// @dev Grow by the leaves of all open tickets and `plain` others; settle as many tickets as `settle` says.
    function anchor(bool which, uint8 plain, uint8 settle) external {
        address log = _log(which);
        Model storage m = models[log];
        bytes32[] memory grown = _grown(m, 1 + plain % 4);
        uint256 open = m.queue.length - m.included;
        uint256 most = open < 64 ? open : 64;
        uint256 count = settle % 4 == 0 ? settle % (most + 1) : most;
        _anchor(log, m, grown, _shown(m, grown, count));
    }

    function repeatHead(bool which, bytes32 otherRoot) external {
        address log = _log(which);
        Model storage m = models[log];
        if (m.leaves.length == 0) return;
        uint64 size = uint64(m.leaves.length);
        bytes32 root = Tree.root(m.leaves, size);
        vm.record();
        vm.recordLogs();
        vm.prank(log);
        ledger.anchor(size, root, new bytes32[](0), new IAccessLedger.Inclusion[](0));
        (, bytes32[] memory written) = vm.accesses(address(ledger));
        assertEq(written.length + vm.getRecordedLogs().length, 0, "a no-op leaves storage and logs untouched");
        if (otherRoot == root) return;
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.Fork.selector, size, root, otherRoot));
        vm.prank(log);
        ledger.anchor(size, otherRoot, new bytes32[](0), new IAccessLedger.Inclusion[](0));
    }

    /// @dev Arbitrary arguments never move a head that exists.
    function junk(bool which, uint64 size, bytes32 root, bytes32[] calldata path) external {
        address log = _log(which);
        if (models[log].leaves.length == 0) return;
        vm.prank(log);
        (bool done,) =
            address(ledger).call(abi.encodeCall(ledger.anchor, (size, root, path, new IAccessLedger.Inclusion[](0))));
        assertTrue(!done || size == models[log].leaves.length, "junk was anchored");
    }

    // --- how it is done ------------------------------------------------------------------------------------------

    function _log(bool which) private view returns (address) {
        return actors[which ? 1 : 0];
    }

    function _submitTooEarly(address log) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessLedger.UnknownLog.selector, log));
        ledger.submit(log, KEY, "{}");
    }

    function _grown(Model storage m, uint256 plain) private view returns (bytes32[] memory grown) {
        uint256 held = m.leaves.length;
        uint256 open = m.queue.length - m.included;
        grown = new bytes32[](held + open + plain);
        for (uint256 i = 0; i < held; ++i) {
            grown[i] = m.leaves[i];
        }
        for (uint256 i = 0; i < open; ++i) {
            grown[held + i] = m.queue[m.included + i];
        }
        for (uint256 i = held + open; i < grown.length; ++i) {
            grown[i] = keccak256(abi.encode(i, block.timestamp));
        }
    }

    function _shown(Model storage m, bytes32[] memory grown, uint256 count)
        private
        view
        returns (IAccessLedger.Inclusion[] memory forced)
    {
        forced = new IAccessLedger.Inclusion[](count);
        uint256 held = m.leaves.length;
        for (uint256 i = 0; i < count; ++i) {
            bytes32[] memory path = Tree.inclusion(grown, held + i, grown.length);
            forced[i] = IAccessLedger.Inclusion(grown[held + i], uint64(held + i), path);
        }
    }

    function _anchor(address log, Model storage m, bytes32[] memory grown, IAccessLedger.Inclusion[] memory forced)
        private
    {
        uint256 held = m.leaves.length;
        bytes32[] memory path = held == 0 ? new bytes32[](0) : Tree.consistency(grown, held, grown.length);
        bytes memory call =
            abi.encodeCall(ledger.anchor, (uint64(grown.length), Tree.root(grown, grown.length), path, forced));
        uint256 next = m.included + forced.length;
        bool staysOpen = next < m.queue.length;
        bool overdue = staysOpen && forced.length < 64 && block.timestamp - m.queuedAt[next] > GRACE;
        vm.recordLogs();
        vm.prank(log);
        (bool done, bytes memory reason) = address(ledger).call(call);
        if (overdue) {
            ++overdueRefusals;
            assertFalse(done);
            assertEq(reason, abi.encodeWithSelector(IAccessLedger.Overdue.selector, uint64(next), m.queuedAt[next]));
            return;
        }
        assertTrue(done, "a good step was refused");
        _learn(m, grown, next, staysOpen ? m.queuedAt[next] : uint64(block.timestamp));
    }

    /// @dev Compare the event with the model, then move the model on.
    function _learn(Model storage m, bytes32[] memory grown, uint256 included, uint64 completeTo) private {
        Vm.Log[] memory emitted = vm.getRecordedLogs();
        assertEq(emitted.length, 1);
        bytes32 root = Tree.root(grown, grown.length);
        bytes memory expected = abi.encode(grown.length, root, included, m.queue.length, completeTo);
        assertEq(emitted[0].data, expected, "Anchored");
        assertGe(completeTo, m.completeTo, "completeTo fell");
        assertGe(block.timestamp, m.anchoredAt, "time fell");
        bool sixtyFour = included - m.included == 64;
        assertTrue(sixtyFour || completeTo + GRACE >= block.timestamp, "silence of more than an hour was hidden");
        m.leaves = grown;
        m.included = uint64(included);
        m.completeTo = completeTo;
        m.anchoredAt = uint64(block.timestamp);
        ++m.anchors;
    }
}
