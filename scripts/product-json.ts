/** `app/product/product.json`, made from `app/product/brand.ts` for what does not run TypeScript: Terraform, and builds of the image. */
import { brand } from '../app/product/brand.ts';
import { productJson } from './rename/writing.ts';
import { runGenerator } from './source/generated.ts';

await runGenerator(import.meta.url, () => ({
  files: new Map([['app/product/product.json', productJson(brand.name)]]),
  existing: [],
}));
