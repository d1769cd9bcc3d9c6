// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LedgerHandler} from "./base/LedgerHandler.sol";
import {LedgerTest} from "./base/LedgerTest.sol";
import {Tree} from "./base/Tree.sol";

/// @notice What holds after any sequence of submissions, anchors, repeats, junk and waiting.
///         That sizes and `completeTo` never fall and that a no-op changes nothing is asserted at each step by the handler.
contract InvariantsTest is LedgerTest {
    LedgerHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new LedgerHandler(ledger);
        targetContract(address(handler));
    }

    /// @dev One campaign for all of them: each would otherwise replay the same sequences.
    function invariant_ledger() public view {
        _theHeadIsTheModelsTree();
        _includedIsAtMostSubmitted();
        _ticketsNeverChange();
        _completeToIsTrue();
        _noEther();
    }

    /// @dev The campaign would be worth little if its handler never met a refusal or a full load of tickets.
    function test_theHandlerReachesTheRareCases() public {
        handler.anchor(true, 1, 1);
        handler.submit(true, 0, KEY, false); // 40 tickets
        handler.submit(true, 8, KEY, true); // 40 duplicates
        handler.wait_(1499);
        handler.wait_(1499);
        handler.wait_(1499);
        handler.anchor(true, 1, 4); // 4 of 64
        assertEq(handler.overdueRefusals(), 1);
        handler.anchor(true, 1, 1); // 64
        invariant_ledger();
        assertEq(handler.model(handler.actors(1)).included, 64);
        handler.anchor(true, 1, 1); // the rest
        invariant_ledger();
        assertEq(handler.model(handler.actors(1)).included, 80);
    }

    function _theHeadIsTheModelsTree() private view {
        for (uint256 i = 0; i < 2; ++i) {
            LedgerHandler.Model memory m = handler.model(handler.actors(i));
            uint64 size = uint64(m.leaves.length);
            bytes32 root = size == 0 ? bytes32(0) : Tree.root(m.leaves, size);
            _assertHead(handler.actors(i), size, root, m.anchoredAt, uint64(m.queue.length), m.included);
        }
    }

    function _includedIsAtMostSubmitted() private view {
        for (uint256 i = 0; i < 2; ++i) {
            (,,, uint64 submitted, uint64 included) = ledger.head(handler.actors(i));
            assertLe(included, submitted);
        }
    }

    function _ticketsNeverChange() private view {
        for (uint256 i = 0; i < 2; ++i) {
            LedgerHandler.Model memory m = handler.model(handler.actors(i));
            for (uint64 number = 0; number < m.queue.length; ++number) {
                (bytes27 leafHash27, uint40 submittedAt) = ledger.ticket(handler.actors(i), number);
                assertEq(leafHash27, bytes27(m.queue[number]));
                assertEq(submittedAt, m.queuedAt[number]);
            }
        }
    }

    /// @dev Part 2 of the theorem: every statement queued in a block with a time < completeTo is in the tree.
    function _completeToIsTrue() private view {
        for (uint256 i = 0; i < 2; ++i) {
            LedgerHandler.Model memory m = handler.model(handler.actors(i));
            for (uint256 number = 0; number < m.queue.length; ++number) {
                bool mustBeIn = number < m.included || m.queuedAt[number] < m.completeTo;
                if (mustBeIn) assertTrue(_contains(m.leaves, m.queue[number]), "a statement was left out");
            }
        }
    }

    function _noEther() private view {
        assertEq(address(ledger).balance, 0);
    }

    function _contains(bytes32[] memory leaves, bytes32 wanted) private pure returns (bool) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (leaves[i] == wanted) return true;
        }
        return false;
    }
}
