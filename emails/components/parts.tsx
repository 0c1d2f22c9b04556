import { Button, Column, Hr, Link, Row, Section, Text } from 'react-email';
import { brand } from '../../app/product/brand.ts';
import { font, small } from './layout.tsx';

const { light } = brand;

/** A paragraph of the message. It takes one string, because emails are translated by whole sentences. */
export function Paragraph({ children }: { children: string }) {
  return (
    <Text className="text" style={{ ...font, margin: '16px 0 0' }}>
      {children}
    </Text>
  );
}

/** The main action of an email: a button, and below it the full URL for clients and readers that cannot use buttons. */
export function Action({ label, url, fallback }: { label: string; url: string; fallback: string }) {
  return (
    <>
      <Section style={{ margin: '24px 0 0' }}>
        <Button className="button" href={url} style={button}>
          {label}
        </Button>
      </Section>
      <Text className="quiet" data-skip-in-text style={{ ...small, margin: '20px 0 0' }}>
        {fallback}
      </Text>
      <Text data-skip-in-text style={{ ...small, margin: '2px 0 0', wordBreak: 'break-all' }}>
        <Link className="link" href={url} style={{ ...small, color: light.link, wordBreak: 'break-all' }}>
          {url}
        </Link>
      </Text>
    </>
  );
}

/** Notes below a line after the message: how long a link lasts, and what to do if the email is unexpected. */
export function Notes({ children }: { children: string[] }) {
  return (
    <>
      <Hr className="line" data-skip-in-text style={{ borderTop: `1px solid ${light.line}`, margin: '24px 0 0' }} />
      {children.map((note) => (
        <Text key={note} className="quiet" style={{ ...small, fontSize: 14, lineHeight: '21px', margin: '16px 0 0' }}>
          {note}
        </Text>
      ))}
    </>
  );
}

/** A table of facts, one per row: when, where from, how much. */
export function Details({ rows }: { rows: [label: string, value: string][] }) {
  return (
    <Section className="line" style={{ borderTop: `1px solid ${light.line}`, margin: '20px 0 0' }}>
      {rows.map(([label, value]) => (
        <Row key={label} data-text="row" className="line" style={{ borderBottom: `1px solid ${light.line}` }}>
          <Column className="quiet" data-text="label" style={{ ...cell, ...quietCell }}>
            {label}
          </Column>
          <Column className="text" data-text="value" style={{ ...cell, wordBreak: 'break-word' }}>
            {value}
          </Column>
        </Row>
      ))}
    </Section>
  );
}

const cell = { ...font, fontSize: 14, lineHeight: '20px', padding: '10px 0', verticalAlign: 'top' } as const;
const quietCell = { width: 110, paddingRight: 12, color: light.quiet } as const;

const button = {
  ...font,
  fontWeight: 600,
  color: light.onButton,
  backgroundColor: light.button,
  borderRadius: 8,
  padding: '13px 22px',
} as const;
