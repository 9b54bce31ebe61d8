with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

baseline as (
    select * from {{ ref('int_baseline') }}
),

maaneder as (
    select * from {{ ref('int_resultatmaal_maaneder') }}
),

samlet as (
    select
        maal.*,
        maaneder.maaned,
        maaneder.periode,
        maaneder.aktuel_vaerdi,
        maaneder.aktuel_status,
        maaneder.er_foreloebig,
        maaneder.hentet_utc,
        maaneder.brud,
        baseline.baseline_beregnet,
        baseline.baseline_status,
        maaneder.er_syntetisk or coalesce(baseline.er_syntetisk, false) as er_syntetisk,
        maaneder.aktuel_vaerdi - maal.maal_vaerdi as afvigelse,
        date_diff('month', maaneder.maaned, maal.maal_til) as maaneder_tilbage,
        case maal.retning
            when '<=' then maaneder.aktuel_vaerdi <= maal.maal_vaerdi
            when '>=' then maaneder.aktuel_vaerdi >= maal.maal_vaerdi
        end as er_naaet
    from maal
    inner join maaneder
        on maal.plan_id = maaneder.plan_id and maal.maal_nr = maaneder.maal_nr
    left join baseline
        on maal.plan_id = baseline.plan_id and maal.maal_nr = baseline.maal_nr
),

-- The first reason that applies decides; the status follows from it.
begrundet as (
    select
        *,
        case
            when datakilde = 'ingen' then 'ingen_indikator'
            when datakilde = 'lokal' then 'lokale_tal'
            when maaned < plan_fra then 'foer_planen'
            when aktuel_status <> 'A' then 'intet_tal_' || lower(aktuel_status)
            when brud is not null then 'databrud'
            when er_foreloebig and not bedoem_foreloebig then 'foreloebig'
            when er_naaet then 'naaet'
            else 'ikke_naaet'
        end as grund
    from samlet
),

final as (
    select
        plan_id,
        plan_titel,
        er_eksempel,
        kommune_kode,
        kommune_navn,
        maal_nr,
        foraelder_nr,
        raekkefoelge,
        ministermaal_aar,
        ministermaal_nr,
        ministermaal,
        indikator_id,
        indikator_navn,
        enhed,
        retning,
        baseline_art,
        baseline_periode,
        baseline_trykt,
        baseline_beregnet,
        baseline_status,
        maal_aendring,
        maal_vaerdi,
        maal_periode,
        skabelon,
        resultatmaal_skabelon,
        datakilde,
        periode,
        maaned,
        aktuel_vaerdi,
        aktuel_status,
        er_foreloebig,
        cast(afvigelse as decimal(18, 3)) as afvigelse,
        case
            when er_naaet then cast(0 as decimal(18, 3))
            when maaneder_tilbage > 0
                then {{ kvotient_halvt_op('-afvigelse', 'maaneder_tilbage', 'decimaler + 1') }}
        end as kraevet_maanedlig_aendring,
        case grund
            when 'ingen_indikator' then 'afventer'
            when 'lokale_tal' then 'lokale_tal'
            when 'databrud' then 'databrud'
            when 'naaet' then 'opfyldt'
            when 'ikke_naaet' then 'ikke_opfyldt'
            else 'ikke_opgjort'
        end as status,
        case grund
            when 'ingen_indikator' then 'Målet har endnu ingen indikator.'
            when 'lokale_tal' then 'Målet følges med kommunens egne tal.'
            when 'foer_planen' then 'Måneden ligger før planens periode og bedømmes ikke.'
            when 'intet_tal_c' then 'Kilden har diskretioneret tallet.'
            when 'intet_tal_u'
                then 'Kilden har ikke sendt et tal; om det er diskretion, kan ikke afgøres.'
            when 'intet_tal_m' then 'Kilden har ikke sendt rækken.'
            when
                'intet_tal_n'
                then 'Måneden er ikke hentet, eller kilden har ikke offentliggjort den.'
            when 'databrud'
                then 'Måneden kan ikke sammenlignes med baseline: ' || brud || '.'
            when 'foreloebig'
                then 'Måneden er foreløbig og bedømmes først, når den næste er kommet.'
            when 'naaet' then 'Månedens tal opfylder målet.'
            when 'ikke_naaet' then 'Månedens tal opfylder ikke målet.'
        end
        || case
            when baseline_beregnet <> baseline_trykt
                then ' Planens trykte baseline er en anden end den beregnede; den trykte gælder.'
            else ''
        end as forklaring,
        brud is not null as databrud,
        er_syntetisk,
        tabel_id,
        hentet_utc
    from begrundet
)

select * from final
order by plan_id, raekkefoelge, maal_nr, maaned
