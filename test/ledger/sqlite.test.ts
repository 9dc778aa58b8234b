// The ledger on SQLite.
import { ledgerContract } from '../contracts/ledger.js';
import { sqliteFile, sqliteInMemory } from './databases.js';

ledgerContract('SQLite in memory', sqliteInMemory, { shared: false });
ledgerContract('SQLite in a file', sqliteFile, { shared: true });
