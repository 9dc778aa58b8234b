// The contract of the ledger: what it writes, whatever database it writes to.
import { describe } from 'vitest';
import { ledgerAgainContract } from './ledger_again.js';
import { ledgerCheckpointContract } from './ledger_checkpoint.js';
import { ledgerExportsContract } from './ledger_exports.js';
import { ledgerFaultsContract } from './ledger_faults.js';
import { ledgerLegacyContract } from './ledger_legacy.js';
import { ledgerReadersContract } from './ledger_readers.js';
import { ledgerReportContract } from './ledger_report.js';
import { ledgerRowsContract } from './ledger_rows.js';
import type { MakeDatabase } from './ledger_scene.js';
import { ledgerSharedContract } from './ledger_shared.js';

/**
 * @param make gives an empty database for each test.
 * @param shared whether two processes can have the database open.
 */
export function ledgerContract(name: string, make: MakeDatabase, { shared }: { readonly shared: boolean }): void {
  describe(`ledger: ${name}`, () => {
    describe('rows', () => ledgerRowsContract(make));
    describe("the gem's readers", () => ledgerReadersContract(make));
    describe('what was there', () => ledgerLegacyContract(make));
    describe('checkpoints', () => ledgerCheckpointContract(make));
    describe('faults', () => ledgerFaultsContract(make));
    describe('the report', () => ledgerReportContract(make));
    describe('files', () => ledgerExportsContract(make));
    describe('told again', () => ledgerAgainContract(make));
    if (shared) describe('two processes', () => ledgerSharedContract(make));
  });
}
