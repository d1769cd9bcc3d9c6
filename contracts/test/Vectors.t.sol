// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "../../node_modules/@uniswap/v4-core/lib/forge-std/src/Vm.sol";
import {IAccessLedger} from "../src/interfaces/IAccessLedger.sol";
import {LedgerTest} from "./base/LedgerTest.sol";

/// @notice The shared cases of tests/vectors/merkle, each through the deployed functions and a log of its own.
contract VectorsTest is LedgerTest {
    uint256 private constant AT_LEAST = 60;

    function test_everyCase() public {
        Vm.DirEntry[] memory files = vm.readDir("tests/vectors/merkle");
        uint256 cases = 0;
        uint256 good = 0;
        for (uint256 i = 0; i < files.length; ++i) {
            if (files[i].isDir || !_endsWithJson(files[i].path)) continue;
            string memory json = vm.readFile(files[i].path);
            bool expected = _same(vm.parseJsonString(json, ".expect"), "ok");
            address log = vm.addr(i + 1);
            bool accepted =
                _same(vm.parseJsonString(json, ".kind"), "inclusion") ? _inclusion(log, json) : _consistency(log, json);
            assertEq(accepted, expected, files[i].path);
            ++cases;
            if (expected) ++good;
        }
        assertGe(cases, AT_LEAST, "the folder of vectors is not complete");
        assertTrue(good > 0 && good < cases);
    }

    function _inclusion(address log, string memory json) private returns (bool) {
        uint64 size = uint64(vm.parseJsonUint(json, ".size"));
        uint64 index = uint64(vm.parseJsonUint(json, ".index"));
        bytes32[] memory path = _hashes(json, ".path");
        if (!_anchored(log, size, _hash(json, ".root"), noPath)) return false; // a tree of no leaves is no head
        return ledger.verifyInclusion(log, _hash(json, ".leaf_hash"), index, path);
    }

    function _consistency(address log, string memory json) private returns (bool) {
        uint64 oldSize = uint64(vm.parseJsonUint(json, ".old_size"));
        uint64 newSize = uint64(vm.parseJsonUint(json, ".new_size"));
        bytes32[] memory path = _hashes(json, ".path");
        bytes32 newRoot = _hash(json, ".new_root");
        if (!_anchored(log, oldSize, _hash(json, ".old_root"), noPath)) return false;
        // An equal head is a no-op, whatever path comes with it: the contract claims nothing then.
        if (oldSize == newSize && path.length > 0) return false;
        return _anchored(log, newSize, newRoot, path);
    }

    function _anchored(address log, uint64 size, bytes32 root, bytes32[] memory path) private returns (bool) {
        vm.prank(log);
        try ledger.anchor(size, root, path, _none()) {
            (uint64 held, bytes32 heldRoot,,,) = ledger.head(log);
            return held == size && heldRoot == root;
        } catch (bytes memory reason) {
            bytes4 name = bytes4(reason);
            bool known = name == IAccessLedger.Inconsistent.selector || name == IAccessLedger.SizeInvalid.selector
                || name == IAccessLedger.Fork.selector;
            assertTrue(known, "refused for another reason");
            return false;
        }
    }

    function _hash(string memory json, string memory key) private pure returns (bytes32) {
        return vm.parseBytes32(string.concat("0x", vm.parseJsonString(json, key)));
    }

    function _hashes(string memory json, string memory key) private pure returns (bytes32[] memory hashes) {
        string[] memory texts = vm.parseJsonStringArray(json, key);
        hashes = new bytes32[](texts.length);
        for (uint256 i = 0; i < texts.length; ++i) {
            hashes[i] = vm.parseBytes32(string.concat("0x", texts[i]));
        }
    }

    function _same(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function _endsWithJson(string memory path) private pure returns (bool) {
        bytes memory text = bytes(path);
        if (text.length < 5) return false;
        bytes5 end;
        assembly {
            end := mload(add(add(text, 27), mload(text)))
        }
        return end == ".json";
    }
}
