// Opening a database: what the option `database` may say, and what is said when it is wrong.
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { QueryTypes, Transaction } from 'sequelize';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../db/open.js';
import { sqliteFile } from './databases.js';

describe('openDatabase', () => {
  it('sets up SQLite so that readers do not wait for the writer, on every connection', async () => {
    const database = await sqliteFile();
    const sequelize = await database.open();
    const asked = await sequelize.transaction((transaction) =>
      Promise.all(
        ['journal_mode', 'busy_timeout', 'synchronous'].map(async (setting) => {
          const [row] = await sequelize.query<object>(`PRAGMA ${setting}`, { type: QueryTypes.SELECT, transaction });
          return Object.values(row ?? {})[0];
        }),
      ),
    );
    await sequelize.close();
    await database.remove();
    expect(asked).toEqual(['wal', 5_000, 1]);
  });

  it('leaves no file of SQLite open that could not be written to because another process writes', async () => {
    const database = await sqliteFile();
    const [writer, other] = [await database.open(), await database.open()];
    const open = async (): Promise<number> => {
      const files = await readdir('/proc/self/fd');
      const paths = await Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => '')));
      return paths.filter((path) => database.url.endsWith(path) && path !== '').length;
    };
    const writing = await writer.transaction({ type: Transaction.TYPES.IMMEDIATE });
    const fail = () => expect(other.transaction({ type: Transaction.TYPES.IMMEDIATE })).rejects.toThrow(/SQLITE_BUSY/);
    await fail();
    // SQLite keeps what it has of a file that is in use, for whoever opens it next.
    const before = await open();
    await fail();
    expect(await open()).toBe(before);
    await writing.rollback();
    await Promise.all([writer.close(), other.close()]);
    await database.remove();
  });

  it.each(['sqlite:', 'postgres://localhost/x', 'mysql://localhost', 'online.sqlite', ''])(
    'refuses %j, and says what to use',
    async (url) => {
      await expect(openDatabase(url)).rejects.toThrow(/^database: .*Use sqlite:<file>, or mysql:/);
    },
  );

  it('says what to check when a file is no database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faye-online-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'x.sqlite');
    await writeFile(
      file,
      'this is a letter, not a database, and a long one, for SQLite looks at a hundred bytes. '.repeat(9),
    );
    await expect(openDatabase(`sqlite:${file}`)).rejects.toThrow(
      /^database: it cannot be opened\. Check that the file/,
    );
  });

  it('says what to check when a file cannot be there', async () => {
    await expect(openDatabase('sqlite:/dev/null/x.sqlite')).rejects.toThrow(/^database: it cannot be opened\. Check/);
    await expect(openDatabase(`sqlite:${tmpdir()}`)).rejects.toThrow(/^database: it cannot be opened\. Check/);
  });

  it('says what to check when a server is away, and does not tell the password', async () => {
    const away = openDatabase('mysql://root:secret@127.0.0.1:1/online');
    await expect(away).rejects.toThrow(/^database: it cannot be opened\. Check that the server runs/);
    await expect(away).rejects.not.toThrow(/secret/);
    const error: unknown = await away.catch((refused: unknown) => refused);
    expect(inspect(error, { depth: 20, showHidden: true })).toContain('ECONNREFUSED');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret');
  });
});
