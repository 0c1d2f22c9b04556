declare module 'virtual:brand' {
  export const name: string;
}
declare module 'virtual:brand.css';
declare module '*.json?messages' {
  const messages: Record<string, (values: object) => string>;
  export default messages;
}
