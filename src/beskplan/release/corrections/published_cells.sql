-- The cells of a release that a person reads, one query a table, all with the same columns. What
-- only repeats them (places in a group, sentences) or looks ahead (prognose) is left out: it
-- follows from these.

-- tabel: fct_ydelser
select
    tabel_id || '|' || dimensioner as noegle,
    tabel_id,
    omraade_kode,
    omraade_navn,
    coalesce(ydelsesgruppe, dimensioner) as gruppe,
    dimensioner,
    periode,
    maaling_navn as maaling,
    vaerdi,
    status,
    er_syntetisk
from $side.fct_ydelser;

-- tabel: joblog_daekningsgrad
select
    ydelsesgruppe as noegle,
    tabel_id,
    omraade_kode,
    omraade_navn,
    ydelsesgruppe as gruppe,
    null as dimensioner,
    periode,
    unnest(['antal_beroerte', 'andel_pct']) as maaling,
    unnest([cast(antal_beroerte as decimal(18, 3)), andel_pct]) as vaerdi,
    unnest([antal_status, andel_status]) as status,
    er_syntetisk
from $side.joblog_daekningsgrad;

-- tabel: dim_befolkning
select
    '' as noegle,
    tabel_id,
    omraade_kode,
    omraade_navn,
    'Befolkning 16-66 år' as gruppe,
    null as dimensioner,
    periode,
    'befolkning' as maaling,
    cast(befolkning as decimal(18, 3)) as vaerdi,
    befolkning_status as status,
    er_syntetisk
from $side.dim_befolkning;

-- tabel: ydelsesoversigt
select
    cast(raekke_nr as varchar) as noegle,
    tabel_id,
    kommune_kode as omraade_kode,
    kommune_navn as omraade_navn,
    ydelsesgruppe as gruppe,
    null as dimensioner,
    periode,
    unnest(['antal_fuldtidspersoner', 'andel_befolkning_pct']) as maaling,
    unnest([antal_fuldtidspersoner, andel_befolkning_pct]) as vaerdi,
    unnest(
        [antal_status, case when andel_befolkning_pct is null then 'N' else 'A' end]
    ) as status,
    er_syntetisk
from $side.ydelsesoversigt;

-- tabel: resultatmaal_status
select
    plan_id || '|' || maal_nr as noegle,
    tabel_id,
    kommune_kode as omraade_kode,
    kommune_navn as omraade_navn,
    plan_titel || ', mål ' || maal_nr as gruppe,
    null as dimensioner,
    periode,
    unnest(['aktuel_vaerdi', 'baseline_beregnet', 'baseline_revideret', 'maal_vaerdi'])
        as maaling,
    unnest([
        cast(aktuel_vaerdi as decimal(18, 3)),
        cast(baseline_beregnet as decimal(18, 3)),
        cast(baseline_revideret as decimal(18, 3)),
        cast(maal_vaerdi as decimal(18, 3))
    ]) as vaerdi,
    unnest([
        coalesce(aktuel_status, 'N'),
        coalesce(baseline_beregnet_status, 'N'),
        coalesce(baseline_revideret_status, 'N'),
        case when maal_vaerdi is null then 'N' else 'A' end
    ]) as status,
    er_syntetisk
from $side.resultatmaal_status;

-- tabel: noegletal
select distinct
    noegletal_id as noegle,
    cast(null as varchar) as tabel_id,
    kommune_kode as omraade_kode,
    kommune_navn as omraade_navn,
    noegletal_navn as gruppe,
    null as dimensioner,
    periode,
    'noegletal' as maaling,
    cast(vaerdi as decimal(18, 3)) as vaerdi,
    status,
    er_syntetisk
from $side.noegletal;

-- tabel: rar_status
select
    cast(linje_nr as varchar) as noegle,
    tabel_id,
    gruppe_id as omraade_kode,
    gruppe_navn as omraade_navn,
    linje_navn as gruppe,
    null as dimensioner,
    periode,
    unnest(['antal', 'andel_pct']) as maaling,
    unnest([cast(antal as decimal(18, 3)), cast(andel_pct as decimal(18, 3))]) as vaerdi,
    unnest([antal_status, case when andel_pct is null then 'N' else 'A' end]) as status,
    er_syntetisk
from $side.rar_status;
