import { deleteDevice, getFactors, listDevices } from '@plinth/client/operations';
import { useOperationChange, useOperationPages } from '@plinth/client/react';
import { useFormats, useSpeech } from '../../language.tsx';
import { deviceOf, Part } from '../../ui/account.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Loaded, More } from '../../ui/page.tsx';

export function Devices() {
  const { t } = useSpeech();
  const { date, moment } = useFormats();
  const devices = useOperationPages(listDevices, {});
  const forget = useOperationChange(deleteDevice, [listDevices, getFactors]);
  return (
    <Part title={t('devices.title')}>
      <p>{t('devices.lead')}</p>
      <Loaded query={devices}>
        {(rows) => (
          <>
            {rows.length === 0 && <p className="quiet-text">{t('devices.none')}</p>}
            <ul className="rows">
              {rows.map(({ id, userAgent, lastSeenAt, ipAddress, rememberedUntil }) => (
                <li className="row" key={id}>
                  <div>
                    <p>
                      <strong>{deviceOf(userAgent) ?? t('sessions.unknown')}</strong>
                    </p>
                    <p className="quiet-text">
                      {t('sessions.used', { at: moment(lastSeenAt), from: ipAddress ?? '?' })}
                    </p>
                    {rememberedUntil && <p>{t('devices.until', { date: date(rememberedUntil) })}</p>}
                  </div>
                  <Confirm
                    action={t('devices.forget')}
                    label={`${t('devices.forget')}: ${deviceOf(userAgent) ?? t('sessions.unknown')}`}
                    question={t('devices.forget.question')}
                    send={() => forget.mutateAsync({ deviceId: id })}
                  />
                </li>
              ))}
            </ul>
            <More query={devices} />
          </>
        )}
      </Loaded>
    </Part>
  );
}
