// What must never be written in the dashboard, whoever changes it.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (folder: string, ending: string): [string, string][] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => [`${folder}/${name}`, readFileSync(`${folder}/${name}`, 'utf8')]);

const sources = read('lib/dashboard', '.ts');
const views = read('views', '.ejs').filter(([name]) => !name.endsWith('demo.ejs'));
const naming = (files: [string, string][], word: RegExp): string[] =>
  files.filter(([, text]) => word.test(text)).map(([name]) => name);

describe('the source of the dashboard', () => {
  it('is found', () => {
    expect(sources.length).toBeGreaterThan(25);
    expect(views.length).toBeGreaterThan(12);
  });

  it('reads the query in one place, flat, and knows nothing of what the host parsed', () => {
    expect(naming(sources, /request\.query\b|\{ *query\b.*\}: Request|\bqs\b/)).toEqual([]);
    expect(naming(sources, /node:querystring/)).toEqual(['lib/dashboard/request.ts']);
  });

  it('gives views what parameters became, never what was asked', () => {
    expect(naming(sources, /renderFile|from 'ejs'/)).toEqual(['lib/dashboard/pages.ts']);
    const [, pages = ''] = sources.find(([name]) => name === 'lib/dashboard/pages.ts') ?? [];
    expect(pages).not.toMatch(/queryOf|bodyOf|request|\.\.\./);
    // The options of EJS are given by us at every call: without them it would look for some among the data.
    expect(pages.match(/renderFile\(/g)).toHaveLength(1);
    expect(pages).toMatch(/renderFile\([\s\S]*\},\s*EJS,?\s*\)/);
    expect(naming(views, /query|request|settings|locals/)).toEqual([]);
  });

  it('writes nothing into a page unescaped but other views, and no script or style', () => {
    expect(naming(views, /<%-(?!\s*include\()/)).toEqual([]);
    expect(naming(views, /<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/)).toEqual([]);
  });

  it('changes nothing by GET: every form that posts has a token', () => {
    const posting = views.filter(([, text]) => /method="post"/i.test(text));
    expect(posting.map(([name]) => name)).toEqual(['views/_act.ejs']);
    for (const [, text] of posting) expect(text).toContain('name="token" value="<%= page.token %>"');
  });

  it('compares secrets in constant time, where it compares them', () => {
    expect(naming(sources, /timingSafeEqual\(/)).toEqual(['lib/dashboard/basic.ts', 'lib/dashboard/form_token.ts']);
    expect(naming(sources, /(password|token)\w* ===? (?!undefined)\w/i)).toEqual([]);
  });

  it('takes files by fixed names only', () => {
    expect(naming(sources, /readFile|sendFile|createReadStream|express\.static/)).toEqual(['lib/dashboard/files.ts']);
  });
});
